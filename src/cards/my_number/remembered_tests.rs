use crate::{
    cards::{
        self, Credentials, Request,
        remembered::{MOST, Remembered},
    },
    dump::Dump,
    iso7816::PinGate,
    simulator::{Recipe, SeededNonces},
    trust::{Hierarchy, TrustStore},
    verify::{Basis, Overall},
};

const FILE: &str = "face/0004";

fn remembered(bytes: Vec<u8>) -> Remembered {
    Remembered::of(&TrustStore::shipped().unwrap(), [(FILE, bytes)])
}

fn read(remembered: Option<Remembered>) -> (Dump, Overall) {
    let mut card = "my-number".parse::<Recipe>().unwrap().card().unwrap();
    let time = "2026-11-22T03:00:00Z".parse().unwrap();
    let (known, gate, nonces) = (Credentials::from(&card), &mut PinGate::new(false), &mut SeededNonces::new(1));
    let mut request = Request::new("test", time);
    request.remembered = remembered.map(Into::into);
    let dump = cards::read(&mut card, &request, known, gate, nonces, &mut |_| {}).unwrap();
    let trust = TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated);
    let overall = cards::check(&dump, &trust, Basis::Live(time)).unwrap().overall();
    (dump, overall)
}

/// The card's own data show that another key signed them.
#[test]
fn a_certificate_of_another_key_is_noticed_and_the_cards_own_read() {
    let (plain, overall) = read(None);
    assert_eq!((overall, plain.is_remembered(FILE)), (Overall::Authentic, false));
    let right = plain.file(FILE).unwrap().to_vec();
    let (dump, overall) = read(Some(remembered(right.clone())));
    assert_eq!((overall, dump.is_remembered(FILE)), (Overall::Authentic, true));
    assert_eq!((dump.file(FILE), dump.link.exchanges), (Some(&*right), plain.link.exchanges));
    for (at, offset) in [("the key", 60), ("the key's middle", 200)] {
        let mut wrong = right.clone();
        wrong[offset] ^= 1;
        let (dump, overall) = read(Some(remembered(wrong)));
        assert_eq!((overall, dump.is_remembered(FILE)), (Overall::Authentic, false), "{at}: it was read again");
        assert_eq!(dump.file(FILE), Some(&*right), "{at}");
    }
    // Its signature covers the rest, and that is verified each time.
    let mut unsigned = right.clone();
    *unsigned.last_mut().unwrap() ^= 1;
    let (dump, overall) = read(Some(remembered(unsigned)));
    assert_eq!((overall, dump.is_remembered(FILE)), (Overall::Rejected, true));
    // None that has another slice is taken.
    let mut other = right;
    other[320] ^= 1;
    let (dump, overall) = read(Some(remembered(other)));
    assert_eq!((overall, dump.is_remembered(FILE)), (Overall::Authentic, false));
}

#[test]
fn only_so_many_are_kept_and_the_one_that_was_met_last_longest() {
    let (dump, _) = read(None);
    let trust = TrustStore::shipped().unwrap().accepting(Hierarchy::Simulated);
    let findings = cards::check(&dump, &trust, Basis::Live(dump.read_at)).unwrap();
    let many: Vec<_> = (0..MOST).map(|number| ("a/0001", number.to_be_bytes().to_vec())).collect();
    let full = Remembered::of(&trust, many.clone());
    full.learn(&dump, &findings, &trust);
    full.learn(&dump, &findings, &trust);
    let known = full.known();
    assert_eq!(known.len(), MOST);
    let files: Vec<&str> = known.iter().take(3).map(|(file, _)| *file).collect();
    assert_eq!(files, ["text/0004", FILE, "a/0001"]);
    assert_eq!(known[2], many[0]);
    // Another trust store: nothing is learnt.
    let other = Remembered::new(&TrustStore::shipped().unwrap());
    other.learn(&dump, &findings, &trust);
    assert!(!other.knows(FILE));
}
