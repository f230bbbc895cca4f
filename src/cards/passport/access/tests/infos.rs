//! SecurityInfos.

use super::*;
use crate::crypto::{Hash, der};

#[test]
fn infos_are_read_and_the_best_form_is_taken() {
    let published = bytes("31143012060A04007F0007020204020202010202010D");
    let infos = SecurityInfos::parse(&published).unwrap();
    assert_eq!(infos.pace, [info(Mapping::Generic, 13)]);
    assert_eq!(infos.pace[0].to_string(), "PACE ECDH-GM, AES-128, parameters 13");
    assert_eq!(upper(infos.encode()), upper(&published));
    assert!(!infos.offers_mapping());
    let of = |pace: &[PaceInfo]| SecurityInfos { pace: pace.to_vec(), ..SecurityInfos::default() };
    let best = |pace: &[PaceInfo]| of(pace).preferred().map(|option| (option.info, option.ambiguous));
    let forms = [
        PaceInfo::new(Mapping::Integrated, Suite::Aes256, 12).unwrap(),
        PaceInfo::new(Mapping::Generic, Suite::Aes256, 2).unwrap(),
        PaceInfo::new(Mapping::Generic, Suite::TripleDes, 12).unwrap(),
        PaceInfo::new(Mapping::Generic, Suite::Aes128, 13).unwrap(),
        PaceInfo::new(Mapping::Generic, Suite::Aes192, 13).unwrap(),
        PaceInfo::new(Mapping::ChipAuthentication, Suite::Aes128, 13).unwrap(),
    ];
    for end in 1..=forms.len() {
        assert_eq!(best(&forms[..end]), Some((forms[[0, 1, 2, 3, 4, 5][end - 1]].clone(), false)));
    }
    let two = [info(Mapping::Generic, 12), info(Mapping::Generic, 13)];
    assert_eq!(best(&two), Some((two[0].clone(), true)));
    let mut reader = Pace::new(of(&two).preferred().unwrap(), &Password::zone(ZONE), &mut seeded(1)).unwrap();
    assert_eq!(upper(reader.begin().bytes()), "0022C1A412800A04007F0007020204020283010184010C");
    assert!(reader.next(&status(0x9000)).is_ok());
    // Groups of another kind, reserved ones, none, and a mapping that is not defined.
    for parameter in [Some(0), Some(3), Some(19), None] {
        assert_eq!(best(&[PaceInfo { parameter, ..info(Mapping::Generic, 12) }]), None);
    }
    assert_eq!(best(&[PaceInfo { parameter: Some(10), ..info(Mapping::Integrated, 12) }]), None);
    assert_eq!(PaceInfo::new(Mapping::ChipAuthentication, Suite::TripleDes, 12), None);
    assert_eq!(PaceInfo::new(Mapping::ChipAuthentication, Suite::Aes128, 0), None);
}

#[test]
fn hostile_infos_are_named() {
    let entry = bytes("3012060A04007F0007020204020202010202010D");
    let many = |count: usize| der::object(der::SET, &entry.repeat(count));
    assert_eq!(SecurityInfos::parse(&many(64)).unwrap().pace.len(), 64);
    assert_eq!(SecurityInfos::parse(&many(65)), Err(InfosError::TooMany));
    for bad in ["", "3000", "3180", "31840000000100", "3105", "310000"] {
        assert_eq!(SecurityInfos::parse(&bytes(bad)), Err(InfosError::NotASet), "{bad}");
    }
    for bad in ["3102300A", "31020500", "3104300205 00", "31023000"] {
        assert_eq!(SecurityInfos::parse(&bytes(&bad.replace(' ', ""))), Err(InfosError::Entry), "{bad}");
    }
    // Protocols that are not read, and entries whose fields have another form, take nothing with them.
    let others = "3110300E060804007F000702020202020102";
    let mut infos = bytes(others);
    infos[1] = u8::try_from(infos.len() - 2).unwrap();
    infos[3] = infos[1] - 2;
    assert_eq!(SecurityInfos::parse(&infos), Ok(SecurityInfos::default()));
    for end in 0..entry.len() {
        let cut = der::object(der::SET, &entry[..end]);
        assert_eq!(SecurityInfos::parse(&cut).is_ok(), end == 0, "{end}");
    }
}

#[test]
fn the_hash_of_active_authentication_is_read_in_both_notations() {
    for hash in [Hash::Sha1, Hash::Sha224, Hash::Sha256, Hash::Sha384, Hash::Sha512] {
        let infos = SecurityInfos { active: ActiveHash::Named(hash), ..SecurityInfos::default() };
        assert_eq!(SecurityInfos::parse(&infos.encode()), Ok(infos));
    }
    let entry = |algorithm: &str| {
        let parts =
            [der::object(der::OID, &bytes("678108010105")), vec![2, 1, 1], der::object(der::OID, &bytes(algorithm))];
        der::object(der::SET, &der::object(der::SEQUENCE, &parts.concat()))
    };
    assert_eq!(SecurityInfos::parse(&entry("2A8648CE3D040302")).unwrap().active, ActiveHash::Named(Hash::Sha256));
    // The last is ecdsa-with-SHA1.
    for unknown in ["04007F00070101040106", "2A8648CE3D0401"] {
        assert_eq!(SecurityInfos::parse(&entry(unknown)).unwrap().active, ActiveHash::Unknown, "{unknown}");
    }
    assert_eq!(SecurityInfos::parse(&[0x31, 0x00]).unwrap().active, ActiveHash::Unnamed);
}
