use super::*;
use crate::{
    simulator::cards::passport::issuer::{CertificateOrder, Signer},
    trust::MASTER_LIST_SIGNER,
};

#[test]
fn a_critical_extension_counts_as_known_if_somebody_knows_it() {
    const EXTENDED_KEY_USAGE: &str = "2.5.29.37";
    let with = |critical: bool| {
        let order = CertificateOrder { extended: Some(MASTER_LIST_SIGNER), critical, ..Signer::Explicit.order() };
        Certificate::parse(&order.build().unwrap()).unwrap()
    };
    let certificate = with(true);
    assert!(certificate.unknown_critical_besides(&[]));
    assert!(certificate.unknown_critical_besides(&["2.5.29.36"]));
    assert!(!certificate.unknown_critical_besides(&["2.5.29.36", EXTENDED_KEY_USAGE]));
    // Nobody has to know it then.
    assert!(!with(false).unknown_critical_besides(&[]));
    // What every check understands is critical there, too: keyUsage.
    let plain = Certificate::parse(&Signer::Explicit.order().build().unwrap()).unwrap();
    assert!(plain.is_critical("2.5.29.15") && !plain.unknown_critical_besides(&[]));
}
