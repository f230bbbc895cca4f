//! Readers with something worth knowing, by their USB number and by their name (spec field-needs 4.1 and 4.2; numbers of
//! the old PaSoRi: the tables of nfcpy and of the Linux kernel's port100). None of them was tried by us.

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
    /// By the CCID driver, from this version on where it is known.
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
    /// It passes short commands alone.
    Short,
}

const SONY: u16 = 0x054C;
const ACS: u16 = 0x072F;
const IDENTIV: u16 = 0x04E6;

/// Every model.
pub const MODELS: &[Model] = &[
    Model {
        name: "Sony RC-S300",
        usb: &[(SONY, 0x0DC8), (SONY, 0x0DC9)],
        listed_as: "RC-S300",
        driver: Driver::Ccid(Some([1, 4, 35])),
        quirk: Some(Quirk::Shared),
    },
    Model {
        name: "Sony RC-S660",
        usb: &[(SONY, 0x0D8F)],
        listed_as: "RC-S660",
        driver: Driver::Ccid(None),
        quirk: None,
    },
    Model {
        name: "Sony RC-S380",
        usb: &[(SONY, 0x06C1), (SONY, 0x06C3)],
        listed_as: "RC-S380",
        driver: Driver::MakersOwn,
        quirk: None,
    },
    Model {
        name: "Sony RC-S330/RC-S370",
        usb: &[(SONY, 0x02E1)],
        listed_as: "RC-S330",
        driver: Driver::MakersOwn,
        quirk: None,
    },
    Model {
        name: "Sony RC-S320",
        usb: &[(SONY, 0x01BB)],
        listed_as: "RC-S320",
        driver: Driver::MakersOwn,
        quirk: Some(Quirk::FelicaOnly),
    },
    Model {
        name: "ACS ACR1252U",
        usb: &[(ACS, 0x223B)],
        listed_as: "ACR1252",
        driver: Driver::Ccid(Some([1, 4, 21])),
        quirk: None,
    },
    Model {
        name: "ACS ACR1252U (223E)",
        usb: &[(ACS, 0x223E)],
        listed_as: "ACR1252",
        driver: Driver::Ccid(Some([1, 4, 31])),
        quirk: None,
    },
    Model {
        name: "ACS ACR1251U",
        usb: &[(ACS, 0x221A)],
        listed_as: "ACR1251",
        driver: Driver::Ccid(Some([1, 4, 20])),
        quirk: None,
    },
    Model {
        name: "ACS ACR1281U",
        usb: &[],
        listed_as: "ACR1281",
        driver: Driver::Ccid(None),
        quirk: Some(Quirk::Short),
    },
    Model {
        name: "Identiv uTrust 3700 F",
        usb: &[(IDENTIV, 0x5790)],
        listed_as: "UTRUST 3700",
        driver: Driver::Ccid(Some([1, 4, 21])),
        quirk: None,
    },
    Model {
        name: "Identive SCL3711",
        usb: &[(IDENTIV, 0x5591)],
        listed_as: "SCL3711",
        driver: Driver::Ccid(None),
        quirk: Some(Quirk::Short),
    },
];

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

/// The numbers of a version such as `1.5.2`; what is no number ends it.
pub fn version(text: &str) -> Option<[u16; 3]> {
    let mut numbers = text.trim().split('.').map(|part| part.parse::<u16>().ok());
    let first = numbers.next()??;
    let mut next = || numbers.next().flatten().unwrap_or(0);
    Some([first, next(), next()])
}
