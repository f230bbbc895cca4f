use super::*;

#[test]
fn the_listed_kanji_have_grounds_and_never_join_two_common_characters() {
    let pairs = kanji::every_listed("strong");
    assert!(pairs.len() > 280, "{}", pairs.len());
    for (old, new) in pairs {
        assert!(!kanji::jis_row(old).is_some_and(kanji::is_common), "{old} is common itself");
        assert_eq!(kanji::new_form(new), new, "{old}");
        assert_eq!(kanji::new_form(old), new);
        // The map joins the pair too. It has another character in place of 麺.
        assert!(kanji::have_ground(old, new) || new == '麺', "{old} and {new}");
    }
    for (left, right) in kanji::every_listed("weak") {
        assert_ne!(kanji::new_form(left), kanji::new_form(right), "{left} and {right}");
        assert!(kanji::are_variants(left, right) && kanji::are_variants(right, left));
    }
    for (left, right) in kanji::every_listed("apart") {
        assert_ne!(kanji::new_form(left), kanji::new_form(right));
        assert!(!kanji::are_variants(left, right));
    }
}

#[test]
fn no_character_of_level_one_becomes_another_of_level_one() {
    let mut forms = std::collections::BTreeMap::new();
    let mut joined = Vec::new();
    for c in '\u{4E00}'..='\u{9FFF}' {
        if kanji::jis_row(c).is_some_and(kanji::is_common)
            && let Some(other) = forms.insert(kanji::new_form(c), c)
        {
            joined.push((other, c));
        }
    }
    assert_eq!(joined, Vec::<(char, char)>::new());
}

#[test]
fn what_is_reported_is_needed() {
    let pairs = [
        ("見本\u{3000}太郎", "見本太郎"),
        ("東京都例区見本1-2-3", "例区見本１丁目２番３号　試験ハイツ１０１"),
        ("見本県試験市大字例一丁目二番地の三", "見本県試験市例1-2-3"),
    ];
    for (form, chip) in pairs {
        for field in [Field::Name, Field::Address] {
            engine::assert_smallest(field, form, chip);
        }
    }
}

#[test]
fn values_that_nobody_vouches_for_are_similar_at_best() {
    use crate::privacy::Private;
    let said = |values: &[(&str, Standing)]| chip::Said {
        values: values.iter().map(|(value, standing)| (Private::new((*value).to_owned()), *standing)).collect(),
        picture: None,
    };
    for (standing, class, rules) in [
        (Standing::Signed, Class::Same, &[][..]),
        (Standing::Untied, Class::Same, &[]),
        (Standing::Given, Class::Same, &[]),
        (Standing::Unsigned, Class::Similar, &[Rule::Unsigned]),
        (Standing::Current, Class::Similar, &[Rule::Unsigned]),
        (Standing::Unconfirmed, Class::Similar, &[Rule::Unconfirmed]),
        (Standing::Superseded, Class::Similar, &[Rule::Superseded]),
    ] {
        let result = engine::field(Field::Name, "見本太郎", &said(&[("見本太郎", standing)]));
        assert_eq!((result.class, &*result.rules, result.standing), (class, rules, Some(standing)));
        let other = engine::field(Field::Name, "見本次郎", &said(&[("見本太郎", standing)]));
        assert_eq!((other.class, other.rules.len()), (Class::Different, 0), "{standing}");
    }
    // A name that changed since: the new one counts as unsigned, the old one as no longer true.
    let changed = said(&[("改姓太郎", Standing::Current), ("見本太郎", Standing::Superseded)]);
    let result = |form: &str| engine::field(Field::Name, form, &changed);
    assert_eq!(result("改姓 太郎").rules, [Rule::Space, Rule::Unsigned]);
    assert_eq!(result("見本太郎").rules, [Rule::Superseded]);
    assert_eq!(result("別名太郎").class, Class::Different);
    assert_eq!(result("別名太郎").standing, Some(Standing::Current));
}

#[test]
fn a_field_that_is_a_picture_alone_names_it() {
    let said = chip::Said { values: Vec::new(), picture: Some("front") };
    let result = engine::field(Field::Name, "見本太郎", &said);
    assert_eq!(
        (result.class, result.reason, result.picture),
        (Class::NotComparable, Some(Incomparable::Picture), Some("front"))
    );
}

#[test]
fn debug_shows_nothing_of_a_person() {
    let form = Form::default().with(Field::Name, "見本太郎").unwrap().with(Field::Sex, "男").unwrap();
    let chip: Chip = serde_json::from_str(r#"{"name":"見本次郎","sex":"女"}"#).unwrap();
    let shown = format!(
        "{form:?} {chip:?} {:?} {:?}",
        compare_chip(&form, &chip),
        compare_chip(&form, &chip).field(Field::Name)
    );
    assert!(!shown.contains(['見', '男', '女']), "{shown}");
}
