//! The PIN gate under random troubles: no VERIFY without a counter that allows it, never two for one entry.

use crate::common::reading;

use crate::common::reading::{card, entry, printed, read, request};
use proptest::prelude::*;
use taimen::{
    cards::{
        self, Credentials,
        drivers_licence::files::{PIN1, PIN2},
        my_number::files,
    },
    dump::Scope,
    iso7816::PinGate,
    privacy::Pin,
    simulator::SimulatedCard,
    transport::{Transport, TransportError},
};

/// Remembers each VERIFY and what the counter of its reference had said last.
struct Watch<'card> {
    card: &'card mut SimulatedCard,
    application: Vec<u8>,
    /// Application, short EF identifier, the last counter's status word (none when it was not asked).
    verifies: Vec<(Vec<u8>, u8, Option<u16>)>,
    counters: Vec<(Vec<u8>, u8, u16)>,
}

impl Transport for Watch<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        if let [_, 0x20, _, p2, _, ..] = command {
            let sfi = p2 & 0x1F;
            let told = self.counters.iter().rev().find(|(aid, of, _)| (aid, *of) == (&self.application, sfi));
            self.verifies.push((self.application.clone(), sfi, told.map(|told| told.2)));
        }
        let answer = self.card.exchange(command)?;
        if let (Some(low), Some(high)) = (answer.last(), answer.iter().nth_back(1)) {
            let status = u16::from_be_bytes([*high, *low]);
            match command {
                [_, 0xA4, 0x04, _, _, aid @ ..] if status == 0x9000 => self.application = aid.to_vec(),
                [_, 0x20, _, p2] => self.counters.push((self.application.clone(), p2 & 0x1F, status)),
                _ => {}
            }
        }
        Ok(answer)
    }
}

proptest! {
    #![proptest_config(reading::cases(300))]

    #[test]
    fn no_verify_that_the_gate_forbids_and_never_two_for_one_entry(
        seed in 1_u64..5,
        face in 0_u8..=10,
        text in 0_u8..=10,
        wrong in any::<bool>(),
        removed in prop::option::of(1_u32..20),
        forced in prop::option::of((1_u32..20, prop::sample::select(vec![
            0x6F00_u16, 0x63C0, 0x63C1, 0x63C5, 0x6300, 0x6984, 0x6983, 0x9000, 0x6C10, 0x6110, 0x6700, 0x6982,
        ]))),
    ) {
        let mut faults = Vec::new();
        if let Some(at) = removed {
            faults.push(format!("removed-at={at}"));
        }
        if let Some((at, status)) = forced {
            faults.push(format!("status-at={at}:{status:04X}"));
        }
        let query = if faults.is_empty() { String::new() } else { format!("&fault={}", faults.join(",")) };
        let mut simulated = card(&format!("my-number?seed={seed}{query}"));
        simulated.set_retry_counter(&files::FACE_NUMBER_B, face);
        simulated.set_retry_counter(&files::TEXT_NUMBER_B, text);
        let own = printed(&simulated);
        let known = if wrong { entry("number-b", "01010120990000") } else { own };
        let mut watch =
            Watch { card: &mut simulated, application: Vec::new(), verifies: Vec::new(), counters: Vec::new() };
        let _ = read(&mut watch, &request(), &known);
        for (index, (application, sfi, told)) in watch.verifies.iter().enumerate() {
            let again = watch.verifies[..index].iter().any(|(aid, of, _)| (aid, of) == (application, sfi));
            prop_assert!(!again, "a second VERIFY of {sfi:02X}");
            prop_assert!(
                matches!(told, Some(0x63C2..=0x63CF)),
                "VERIFY of {sfi:02X} although the counter said {told:04X?}"
            );
            let number_b = [(files::FACE.aid, 0x12), (files::TEXT.aid, 0x15)];
            prop_assert!(number_b.contains(&(&application[..], *sfi)), "only number B is ever presented");
        }
        let text_tried = watch.verifies.iter().any(|(aid, ..)| aid == files::TEXT.aid);
        prop_assert!(!(text_tried && wrong && forced.is_none()), "the text application got a value that the face refused");
    }
}

proptest! {
    #![proptest_config(reading::cases(200))]

    #[test]
    fn a_licence_gets_no_verify_that_the_gate_forbids_and_never_two_for_one_entry(
        kind in prop::sample::select(vec!["licence", "licence-nopin", "licence-changed"]),
        retry_counter in (0_u8..=3, 0_u8..=3),
        wrong in (any::<bool>(), any::<bool>()),
        given in (any::<bool>(), any::<bool>()),
        scope in prop::sample::select(vec![Scope::FULL, Scope::PIN1, Scope::WITHOUT_PIN]),
        allow in any::<bool>(),
        removed in prop::option::of(1_u32..22),
        forced in prop::option::of((1_u32..22, prop::sample::select(vec![
            0x6F00_u16, 0x63C0, 0x63C1, 0x63C3, 0x6300, 0x6984, 0x9000, 0x6C10, 0x6110, 0x6982, 0x6A82,
        ]))),
    ) {
        let mut faults = Vec::new();
        if let Some(at) = removed {
            faults.push(format!("removed-at={at}"));
        }
        if let Some((at, status)) = forced {
            faults.push(format!("status-at={at}:{status:04X}"));
        }
        let query = if faults.is_empty() { String::new() } else { format!("?fault={}", faults.join(",")) };
        let mut simulated = card(&format!("{kind}{query}"));
        simulated.set_retry_counter(&PIN1, retry_counter.0);
        simulated.set_retry_counter(&PIN2, retry_counter.1);
        let own = simulated.credentials().unwrap().clone();
        let pin = |own: Option<&Pin>, wrong: bool| match (own, wrong) {
            (Some(own), false) => Pin::new(own.expose()).unwrap(),
            _ => Pin::new(*b"9876").unwrap(),
        };
        let mut known = Credentials::default();
        for (id, given, pin) in [
            ("pin1", given.0, pin(own.get("pin1"), wrong.0)),
            ("pin2", given.1, pin(own.get("pin2"), wrong.1)),
        ] {
            if given {
                known = known.with(id, std::str::from_utf8(pin.expose()).unwrap()).unwrap();
            }
        }
        let mut watch =
            Watch { card: &mut simulated, application: Vec::new(), verifies: Vec::new(), counters: Vec::new() };
        let (request, gate) = (request().scope(scope), &mut PinGate::new(allow));
        let _ = cards::read(&mut watch, &request, known, gate, &mut reading::nonces(), &mut |_| {});
        // A licence's references are the master file's, whatever is selected: its counters are found by reference alone.
        for (index, (_, sfi, _)) in watch.verifies.iter().enumerate() {
            prop_assert!(!watch.verifies[..index].iter().any(|(_, of, _)| of == sfi), "a second VERIFY of {sfi:02X}");
            prop_assert!([PIN1.sfi, PIN2.sfi].contains(sfi));
            prop_assert!(scope != Scope::WITHOUT_PIN, "no PIN was asked for");
            prop_assert!(*sfi == PIN1.sfi || scope == Scope::FULL, "PIN 2 was not asked for");
            let told = watch.counters.iter().rev().find(|(_, of, _)| of == sfi).map(|(.., status)| *status);
            let least = if allow { 0x63C1 } else { 0x63C2 };
            prop_assert!(
                matches!(told, Some(status @ 0x63C1..=0x63CF) if status >= least),
                "VERIFY of {sfi:02X} although the counter said {told:04X?}"
            );
        }
    }
}
