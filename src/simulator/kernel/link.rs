//! The troubles of a link: a card that leaves, answers in pieces, or makes the reader wait. Faults turn them on.

use crate::transport::TransportError;

use super::apdu::Apdu;

const READ_BINARY: u8 = 0xB0;
const GET_RESPONSE: u8 = 0xC0;

/// What happens between card and reader. By default nothing.
#[derive(Debug, Clone, Default)]
pub(crate) struct Link {
    /// Exchanges so far.
    exchanges: u32,
    /// The card leaves at this exchange, counted from 1: the command is executed, its answer is lost.
    pub removed_at: Option<u32>,
    /// At these exchanges the card answers this status word and executes nothing.
    pub status_at: Vec<(u32, u16)>,
    /// At this exchange the answer is one byte long.
    pub one_byte_at: Option<u32>,
    /// READ BINARY returns at most so many bytes.
    pub short_answers: Option<usize>,
    /// Data comes by way of `61xx` and GET RESPONSE.
    pub get_response: bool,
    /// A plain read past the end of a file answers `6Cxx`. Under secure messaging Le does not show what is asked for.
    pub exact_length: bool,
    /// Milliseconds that each exchange takes.
    pub pause: u64,
    /// What GET RESPONSE still has.
    pending: Vec<u8>,
}

impl Link {
    /// Forgets what was waiting to be fetched; the faults stay.
    pub fn forget(&mut self) {
        self.pending.clear();
    }

    /// Carries a command to the card and its answer back.
    pub fn carry(&mut self, command: &[u8], card: impl FnOnce(&[u8]) -> Vec<u8>) -> Result<Vec<u8>, TransportError> {
        self.exchanges = self.exchanges.saturating_add(1);
        if self.pause > 0 {
            std::thread::sleep(core::time::Duration::from_millis(self.pause));
        }
        if self.removed_at.is_some_and(|at| self.exchanges > at) {
            return Err(TransportError::Removed);
        }
        if let Some((_, status)) = self.status_at.iter().find(|(at, _)| *at == self.exchanges) {
            return Ok(status.to_be_bytes().to_vec());
        }
        let answer = self.shaped(command, card);
        match (self.removed_at, self.one_byte_at) {
            (Some(at), _) if at == self.exchanges => Err(TransportError::Removed),
            (_, Some(at)) if at == self.exchanges => Ok(answer.into_iter().take(1).collect()),
            _ => Ok(answer),
        }
    }

    fn shaped(&mut self, command: &[u8], card: impl FnOnce(&[u8]) -> Vec<u8>) -> Vec<u8> {
        let apdu = Apdu::parse(command);
        if let Some(Apdu { ins: GET_RESPONSE, le: Some(le), .. }) = apdu
            && !self.pending.is_empty()
        {
            return self.next_part(le);
        }
        self.pending.clear();
        let mut answer = card(command);
        let status = answer.split_off(answer.len().saturating_sub(2));
        let reading = apdu.filter(|apdu| apdu.ins == READ_BINARY && !answer.is_empty());
        if let (Some(apdu @ Apdu { cla: 0x00, .. }), true) = (reading, self.exact_length)
            && let Ok(exact) = u8::try_from(answer.len())
            && apdu.le.is_some_and(|le| le > answer.len())
        {
            return vec![0x6C, exact];
        }
        if let (Some(_), Some(most)) = (reading, self.short_answers) {
            answer.truncate(most.max(1));
        }
        if self.get_response && !answer.is_empty() {
            self.pending = answer;
            return vec![0x61, announced(self.pending.len())];
        }
        [answer, status].concat()
    }

    fn next_part(&mut self, le: usize) -> Vec<u8> {
        let rest = self.pending.split_off(le.min(self.pending.len()));
        let mut part = std::mem::replace(&mut self.pending, rest);
        match self.pending.len() {
            0 => part.extend([0x90, 0x00]),
            more => part.extend([0x61, announced(more)]),
        }
        part
    }
}

/// How `61xx` announces so many bytes: 00 for 256 and more.
fn announced(length: usize) -> u8 {
    u8::try_from(length).unwrap_or(0)
}

#[cfg(test)]
mod tests {
    use super::*;

    fn send(link: &mut Link, command: &str, data: usize) -> String {
        let command = hex::decode(command).unwrap();
        let answer = link.carry(&command, |_| [vec![0xAA; data], vec![0x90, 0x00]].concat());
        answer.map_or_else(|error| error.to_string(), hex::encode_upper)
    }

    #[test]
    fn data_in_pieces() {
        let mut link = Link { get_response: true, ..Link::default() };
        assert_eq!(send(&mut link, "00B0820000", 256), "6100");
        assert!(send(&mut link, "00C00000FF", 0).ends_with("6101"));
        assert_eq!(send(&mut link, "00C0000001", 0), "AA9000");
        assert_eq!(send(&mut link, "00C0000001", 0), "9000", "nothing is pending: the card answers");
        assert_eq!(send(&mut link, "00200092", 0), "9000");
    }

    #[test]
    fn exact_length_and_short_answers() {
        let mut link = Link { exact_length: true, ..Link::default() };
        assert_eq!(send(&mut link, "00B0820000", 2), "6C02");
        assert_eq!(send(&mut link, "00B0820002", 2), "AAAA9000");
        assert_eq!(send(&mut link, "802A000001AA00", 2), "AAAA9000", "no read");
        let mut link = Link { short_answers: Some(1), ..Link::default() };
        assert_eq!(send(&mut link, "00B0820000", 2), "AA9000");
        assert_eq!(send(&mut link, "802A000001AA00", 2), "AAAA9000");
    }

    #[test]
    fn a_removed_card_executes_its_last_command() {
        let mut link = Link { removed_at: Some(2), ..Link::default() };
        let mut executed = 0;
        for _ in 0..3 {
            let _ = link.carry(&[0, 0x20, 0, 0x92], |_| {
                executed += 1;
                vec![0x90, 0x00]
            });
        }
        assert_eq!(executed, 2);
        let mut link = Link { one_byte_at: Some(1), status_at: vec![(2, 0x6F00)], ..Link::default() };
        assert_eq!(send(&mut link, "00200092", 0), "90");
        assert_eq!(send(&mut link, "00200092", 0), "6F00");
        assert_eq!(send(&mut link, "00200092", 0), "9000");
    }
}
