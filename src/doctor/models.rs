//! Readers with something worth knowing, by their USB number and by their name (spec field-needs 4.1 and 4.2; numbers of
//! the old PaSoRi: the tables of nfcpy and of the Linux kernel's port100). We tried none of them.

/// A reader with something worth knowing.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub struct Model {
    /// What people call it.
    pub name: &'static str,
    /// USB vendor and product.
    pub usb: &'static [(u16, u16)],
    /// A part of the name that the service gives it, in capitals.
    pub listed_as: &'static str,
    /// How PC/SC reaches it.
    pub driver: Driver,
    /// What else is known.
    pub quirk: Option<Quirk>,
}

/// How PC/SC reaches a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Driver {
    /// By the CCID driver, from this version on if it is known.
    Ccid(Option<[u16; 3]>),
    /// Not by the CCID driver: the maker's own driver is needed, which is for Windows alone.
    MakersOwn,
}

/// What is known of a reader.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Quirk {
    /// It speaks FeliCa alone; the cards speak ISO/IEC 14443 Type B.
    FelicaOnly,
    /// It refuses exclusive use.
    Shared,
    /// It passes only short commands.
    Short,
}

const SONY: u16 = 0x054C;
const ACS: u16 = 0x072F;
const IDENTIV: u16 = 0x04E6;

/// Rows of models, the fields in their order.
macro_rules! models {
    ($($name:literal, $usb:expr, $listed_as:literal, $driver:expr, $quirk:expr;)*) => {
        &[$(Model { name: $name, usb: &$usb, listed_as: $listed_as, driver: $driver, quirk: $quirk }),*]
    };
}

/// Every model.
pub const MODELS: &[Model] = models! {
    "Sony RC-S300", [(SONY, 0x0DC8), (SONY, 0x0DC9)], "RC-S300", Driver::Ccid(Some([1, 4, 35])), Some(Quirk::Shared);
    "Sony RC-S660", [(SONY, 0x0D8F)], "RC-S660", Driver::Ccid(None), None;
    "Sony RC-S380", [(SONY, 0x06C1), (SONY, 0x06C3)], "RC-S380", Driver::MakersOwn, None;
    "Sony RC-S330/RC-S370", [(SONY, 0x02E1)], "RC-S330", Driver::MakersOwn, None;
    "Sony RC-S320", [(SONY, 0x01BB)], "RC-S320", Driver::MakersOwn, Some(Quirk::FelicaOnly);
    "ACS ACR1252U", [(ACS, 0x223B)], "ACR1252", Driver::Ccid(Some([1, 4, 21])), None;
    "ACS ACR1252U (223E)", [(ACS, 0x223E)], "ACR1252", Driver::Ccid(Some([1, 4, 31])), None;
    "ACS ACR1251U", [(ACS, 0x221A)], "ACR1251", Driver::Ccid(Some([1, 4, 20])), None;
    "ACS ACR1281U", [], "ACR1281", Driver::Ccid(None), Some(Quirk::Short);
    "Identiv uTrust 3700 F", [(IDENTIV, 0x5790)], "UTRUST 3700", Driver::Ccid(Some([1, 4, 21])), None;
    "Identive SCL3711", [(IDENTIV, 0x5591)], "SCL3711", Driver::Ccid(None), Some(Quirk::Short);
};

impl Model {
    /// The model with a USB number.
    pub fn by_usb(device: (u16, u16)) -> Option<&'static Self> {
        MODELS.iter().find(|model| model.usb.contains(&device))
    }

    /// The model that the service lists under this name.
    pub fn by_name(name: &str) -> Option<&'static Self> {
        let name = name.to_uppercase();
        MODELS.iter().find(|model| name.contains(model.listed_as))
    }
}

/// The numbers of a version such as `1.5.2`; what is not a number ends it.
pub fn version(text: &str) -> Option<[u16; 3]> {
    let mut numbers = text.trim().split('.').map(|part| part.parse::<u16>().ok());
    let first = numbers.next()??;
    let mut next = || numbers.next().flatten().unwrap_or(0);
    Some([first, next(), next()])
}
