//! The official worked examples of residence cards as recordings: the draws and the card's half of the handshake are those
//! of the examples, everything else is the simulator's.

use taimen::{
    simulator::{
        Recipe, SimulatedCard,
        cards::residence_card::{ResidenceHolder, profile::ResidenceProfile},
    },
    transport::{
        Masked, Nonces, Recording, Transport, TransportError,
        nonces::ListedNonces,
        recording::{FIRST_LINE, Header, Step},
    },
};

/// The number of both examples.
pub const NUMBER: &str = "AA12345678BB";

/// A worked example: the simulated kind, RND.ICC and K.ICC, and what both sides say (spec residence 9.1, 9.2).
pub struct Example {
    pub kind: &'static str,
    random: &'static str,
    material: &'static str,
    /// Data of MUTUAL AUTHENTICATE, its answer, data of VERIFY.
    pub said: [&'static str; 3],
    pub session_key: &'static str,
    source: &'static str,
}

pub const EXAMPLES: [Example; 2] = [
    Example {
        kind: "residence1",
        random: "5A6E7E385162B7A3",
        material: "19D049490FFF52EEDBFCB930BC810ED0",
        said: [
            "937745C20883A1BAD1E04193722A1592378F81A8F1DC589157AEB0F7544FA1BA1AD7FB6A3389E017",
            "5860775B4D032CC564BA204B8EA868F694A74E7475A8FEF240588BDA1AF496CE59388FD6CD45248B",
            "8611011AA82973DB959A811F9711D728F0EEF6",
        ],
        session_key: "CE94938E19E3B97DF96EABCEDC1715CC",
        source: "在留カード等仕様書（一般公開用）Ver 1.5, appendix 2",
    },
    Example {
        kind: "residence2",
        random: "921CE277323DA057",
        material: "2CC6AF9B8B607C662FDCAD27B401D08B",
        said: [
            "4AD3C7B6BB484A52771977DED618B41DF841FA0476A05FBE041DEAD6109E773BAC854617634F5397",
            "289A96B1DA6AE3DA87770419BFD14F0BDAD15F36432B5A946C188C7221759A62FA942EC51E62FF5F",
            "861101EE0B31EF877F68D071C56D58C72E6748",
        ],
        session_key: "C19CF13D3D7FBEE9EA293D834C88952F",
        source: "第2世代在留カード等仕様書 Ver 1.1, appendix 2",
    },
];

impl Example {
    /// The simulated card that answers as the example says.
    pub fn card(&self) -> SimulatedCard {
        let bytes = |text: &str| hex::decode(text).unwrap();
        let recipe: Recipe = self.kind.parse().unwrap();
        let holder = ResidenceHolder { number: NUMBER.to_owned(), ..ResidenceHolder::from_seed(recipe.seed) };
        let fixed = Some((bytes(self.random).try_into().unwrap(), bytes(self.material).try_into().unwrap()));
        recipe.with(holder).with(ResidenceProfile { fixed, ..ResidenceProfile::default() }).card().unwrap()
    }

    /// Nonces of the reader in both examples.
    pub fn nonces() -> Vec<Vec<u8>> {
        ["1122334455667788", "404142434445464748494A4B4C4D4E4F"].map(|draw| hex::decode(draw).unwrap()).to_vec()
    }

    /// The recording's text: what `read` exchanges with the card, with nothing left out, because nothing in it is secret.
    pub fn text(&self, read: impl FnOnce(&mut dyn Transport, &mut dyn Nonces)) -> String {
        let mut card = self.card();
        let mut clear = Clear { card: &mut card, steps: Vec::new() };
        read(&mut clear, &mut ListedNonces::new(Self::nonces()));
        let header = Header {
            card: Some(self.kind.to_owned()),
            reader: Some(format!("sim:{}", self.kind)),
            scope: Some("full".to_owned()),
            jpki: None,
            network: false,
            time: Some("2026-11-22T03:00:00Z".parse().unwrap()),
            random: Self::nonces(),
            session_keys: Vec::new(),
            older: false,
        };
        let text = Recording { header, steps: clear.steps }.to_text();
        let comments = format!(
            "{FIRST_LINE}\n\
             # GET CHALLENGE, MUTUAL AUTHENTICATE and VERIFY: the bytes of the official worked example, for its number\n\
             # {NUMBER} ({}).\n\
             # The files are synthetic, from taimen's simulator: an invented person, a signature that only the simulated\n\
             # hierarchy trusts. No genuine card has these bytes.\n\
             # Nothing is masked, because nothing is secret; tests/cards/official.rs makes this file anew.\n",
            self.source
        );
        text.replacen(&format!("{FIRST_LINE}\n"), &comments, 1)
    }
}

/// Writes down everything.
struct Clear<'a> {
    card: &'a mut SimulatedCard,
    steps: Vec<Step>,
}

impl Transport for Clear<'_> {
    fn exchange(&mut self, command: &[u8]) -> Result<Vec<u8>, TransportError> {
        let answer = self.card.exchange(command)?;
        let (command, told) = (Masked::clear(command), Masked::clear(&answer));
        self.steps.push(Step { powered: false, command, answer: Ok(told), elapsed: None });
        Ok(answer)
    }
}
