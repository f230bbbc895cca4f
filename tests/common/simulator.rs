//! What the simulator's tests share: a sample card, and one exchange in hex.

use jiff::civil::date;
use taimen::{
    kind::CardKind,
    simulator::{Persona, Recipe, SimulatedCard, cards::my_number::Profile},
    transport::Transport,
};

/// A persona whose name and address have the lengths of the public test card's, and whose 照合番号B is the worked value.
pub fn sample() -> Persona {
    let mut persona = Persona::from_seed(1);
    persona.name = "見本　太郎".to_owned();
    persona.address = "架空県見本市試験町南１２－７－２０２".to_owned();
    persona.birth = date(1980, 2, 17);
    persona.sex = b'1';
    persona.expiry_year = 2035;
    persona.security_code = "2285".to_owned();
    persona.pin = "4321".to_owned();
    persona
}

/// The sample persona's card with some of its uncertain answers chosen.
pub fn card_with(profile: Profile) -> SimulatedCard {
    let mut recipe = Recipe::new(CardKind::MY_NUMBER, 1);
    recipe = recipe.with(sample());
    recipe = recipe.with(profile);
    recipe.card().unwrap()
}

/// The sample persona's card.
pub fn card() -> SimulatedCard {
    card_with(Profile::default())
}

/// One exchange, hex in and hex out; spaces do not count. A lost card gives the error's text.
pub fn send(card: &mut SimulatedCard, command: &str) -> String {
    let command = hex::decode(command.replace(' ', "")).unwrap();
    card.exchange(&command).map_or_else(|error| error.to_string(), hex::encode_upper)
}

pub const IN_FACE: &str = "00A4040C0A D3921000310001010402";
pub const IN_TEXT: &str = "00A4040C0A D3921000310001010408";
pub const IN_JPKI: &str = "00A4040C0A D392F000260100000001";
pub const IN_COMMON: &str = "00A4040C0A D3921000310001010100";
pub const IN_RESIDENT: &str = "00A4040C0A D3921000310001010401";
pub const IN_ISD: &str = "00A4040C07 A0000001510000";
pub const RIGHT_B: &str = "002000920E 3535303231373230333532323835";
pub const WRONG_B: &str = "002000920E 3535303231373230333532323836";
pub const TEXT_B: &str = "002000950E 3535303231373230333532323835";
pub const TEXT_PIN: &str = "0020009104 34333231";

/// What an answer must be.
pub enum Is {
    /// Exactly this.
    Answer(&'static str),
    /// So many bytes of data and 9000.
    Bytes(usize),
}
/// Runs command after command on one card. `power on`, `power off` and `warm reset` are events.
pub fn run(name: &str, card: &mut SimulatedCard, steps: &[(&str, Is)]) {
    for (step, (command, expected)) in steps.iter().enumerate() {
        match (*command, expected) {
            ("power on", _) => card.power_on(),
            ("power off", _) => card.power_off(),
            ("warm reset", _) => card.warm_reset(),
            (command, Is::Answer(answer)) => {
                let answer = if answer.contains("card") { (*answer).to_owned() } else { answer.replace(' ', "") };
                assert_eq!(send(card, command), answer, "{name}, step {step}: {command}");
            }
            (command, Is::Bytes(count)) => {
                let answer = send(card, command);
                assert!(answer.ends_with("9000"), "{name}, step {step}: {command} gave {answer}");
                assert_eq!(answer.len() / 2 - 2, *count, "{name}, step {step}: {command}");
            }
        }
    }
}

/// The answer of an event.
pub const EVENT: Is = Is::Answer("");
pub const OK: Is = Is::Answer("9000");
