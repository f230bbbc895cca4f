#[test]
fn x() {
    for t in ["hanshuhou-2025", "hanshuhou-2027", "keitaihou-2026", "keitaihou-2027", "kobutsu-2025"] {
        let b = std::fs::read(format!("profiles/{t}.toml")).unwrap();
        if let Err(e) = super::Profile::parse(&b) {
            panic!("{e:#?}")
        }
    }
}
