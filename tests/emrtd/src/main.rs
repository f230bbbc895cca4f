//! Reads a passport by BAC through PC/SC with the published crate `emrtd`, and prints every file in hex:
//! `taimen-foreign-emrtd READER NUMBER BIRTH EXPIRY`, the dates as six digits. Its `get_atr` wants what vpcd lacks, so it is not called.

use emrtd::{EmrtdComms, bytes2hex, other_mrz};

const FILES: [(&str, [u8; 2]); 3] = [("emrtd/1D", [0x01, 0x1D]), ("emrtd/01", [0x01, 0x01]), ("emrtd/02", [0x01, 0x02])];

fn main() -> Result<(), Box<dyn std::error::Error>> {
    let arguments: Vec<String> = std::env::args().skip(1).collect();
    let [reader, number, birth, expiry] = arguments.as_slice() else {
        return Err("READER NUMBER BIRTH EXPIRY".into());
    };
    let context = pcsc::Context::establish(pcsc::Scope::User)?;
    let name = std::ffi::CString::new(reader.as_str())?;
    let card = context.connect(&name, pcsc::ShareMode::Shared, pcsc::Protocols::ANY)?;
    let mut link = EmrtdComms::new(card);
    let told = |error: emrtd::EmrtdError| format!("{error:?}");
    link.select_emrtd_application().map_err(told)?;
    let secret = other_mrz(number, birth, expiry).map_err(told)?;
    link.establish_bac_session_keys(secret.as_bytes()).map_err(told)?;
    for (name, id) in FILES {
        link.select_ef(&id, name, true).map_err(told)?;
        let bytes = link.read_data_from_ef(true).map_err(told)?;
        println!("{name} {}", bytes2hex(&bytes));
    }
    Ok(())
}
