//! Who may enter: one-time tokens, the cookies that they are exchanged for, and the two roles.

use std::{
    io,
    sync::{Arc, Mutex, MutexGuard, PoisonError, Weak},
};

use subtle::{Choice, ConstantTimeEq};
use tempfile::TempDir;
use zeroize::Zeroizing;

use crate::messages::Problem;

use super::guard::Connection;

/// A role: which pages and routes somebody may use.
#[derive(Debug, Clone, Copy, PartialEq, Eq)]
pub enum Role {
    /// The staff.
    Staff,
    /// The customer.
    Customer,
}

impl Role {
    /// Where its routes begin.
    pub fn path(self) -> &'static str {
        match self {
            Self::Staff => "/staff",
            Self::Customer => "/customer",
        }
    }
}

/// How many tokens of a role may wait for their use, how many browsers may have entered, and how many streams of views may be
/// open; the oldest gives way.
const MOST: usize = 16;

/// 256 random bits.
type Secret = Zeroizing<[u8; 32]>;

/// The tokens, cookies and streams of a role.
#[derive(Default)]
struct Keys {
    tokens: Vec<Secret>,
    cookies: Vec<Secret>,
    streams: Vec<(Weak<()>, Connection)>,
}

/// The counter's door.
pub struct Door {
    staff: Mutex<Keys>,
    customer: Mutex<Keys>,
    /// The file that opened the browser: it goes when its token was used, or with the program.
    file: Mutex<Option<TempDir>>,
    /// Browsers keep the cookies of all ports together.
    port: u16,
}

impl Door {
    /// A door that nobody has a token for yet.
    pub fn new(port: u16) -> Self {
        Self { staff: Mutex::default(), customer: Mutex::default(), file: Mutex::default(), port }
    }

    fn keys(&self, role: Role) -> MutexGuard<'_, Keys> {
        let keys = match role {
            Role::Staff => &self.staff,
            Role::Customer => &self.customer,
        };
        keys.lock().unwrap_or_else(PoisonError::into_inner)
    }

    /// A fresh token, which serves once.
    pub fn token(&self, role: Role) -> Result<Zeroizing<String>, Problem> {
        let secret = secret()?;
        let text = Zeroizing::new(hex::encode(*secret));
        keep(&mut self.keys(role).tokens, secret);
        Ok(text)
    }

    /// Takes a token; returns the value of the cookie, or `None` where the token is wrong or used. A browser that had entered
    /// keeps its place: its cookie gives way to the new one, and nobody else's does.
    pub fn enter(&self, role: Role, token: &str, cookies: &str) -> Result<Option<Zeroizing<String>>, Problem> {
        let Some(given) = parsed(token) else { return Ok(None) };
        let cookie = secret()?;
        let own = self.values(role, cookies);
        let mut keys = self.keys(role);
        let Some(at) = position(&keys.tokens, &given) else { return Ok(None) };
        keys.tokens.remove(at);
        let value = Zeroizing::new(hex::encode(*cookie));
        for before in own {
            if let Some(at) = position(&keys.cookies, &before) {
                keys.cookies.remove(at);
            }
        }
        keep(&mut keys.cookies, cookie);
        if role == Role::Staff {
            self.hold(None);
        }
        Ok(Some(value))
    }

    /// Whether the text of a Cookie header holds a cookie of a role.
    pub fn admits(&self, role: Role, cookies: &str) -> bool {
        let values = self.values(role, cookies);
        let keys = self.keys(role);
        values.iter().any(|value| position(&keys.cookies, value).is_some())
    }

    /// What the text of a Cookie header gives as cookies of a role.
    fn values(&self, role: Role, cookies: &str) -> Vec<Secret> {
        let name = self.cookie(role);
        let values = cookies.split(';').filter_map(|cookie| cookie.trim().split_once('='));
        values.filter(|(given, _)| *given == name).filter_map(|(_, value)| parsed(value)).collect()
    }

    /// A stream of views begins on a connection, and is open as long as what this returns is held.
    pub fn stream(&self, role: Role, connection: Connection) -> Arc<()> {
        let stream = Arc::new(());
        let streams = &mut self.keys(role).streams;
        streams.retain(|(stream, _)| stream.strong_count() > 0);
        if let Some((_, oldest)) = give_way(streams) {
            oldest.end();
        }
        streams.push((Arc::downgrade(&stream), connection));
        stream
    }

    /// The name of a role's cookie.
    pub fn cookie(&self, role: Role) -> String {
        format!("taimen-{}-{}", role.path().trim_start_matches('/'), self.port)
    }

    /// Keeps the folder of the file that opens the browser; the one before is removed.
    pub fn hold(&self, file: Option<TempDir>) {
        *self.file.lock().unwrap_or_else(PoisonError::into_inner) = file;
    }
}

fn secret() -> Result<Secret, Problem> {
    let mut secret = Zeroizing::new([0; 32]);
    getrandom::fill(&mut *secret).map_err(|_: getrandom::Error| Problem::NoRandomBytes)?;
    Ok(secret)
}

fn keep(secrets: &mut Vec<Secret>, secret: Secret) {
    give_way(secrets);
    secrets.push(secret);
}

/// Takes the oldest out if there is room for no other.
fn give_way<T>(all: &mut Vec<T>) -> Option<T> {
    (all.len() >= MOST).then(|| all.remove(0))
}

fn parsed(text: &str) -> Option<Secret> {
    let mut secret = Zeroizing::new([0; 32]);
    hex::decode_to_slice(text, &mut *secret).ok()?;
    Some(secret)
}

/// Where a secret stands in a list. Every one of them is compared whole, so that the time says nothing.
fn position(secrets: &[Secret], given: &Secret) -> Option<usize> {
    let mut found = None;
    for (at, secret) in secrets.iter().enumerate() {
        let same: Choice = secret.as_slice().ct_eq(given.as_slice());
        if bool::from(same) {
            found = Some(at);
        }
    }
    found
}

/// Writes the file that leads a browser to an address with its token: in a folder and with rights for this user alone.
pub fn opener(url: &str) -> io::Result<(TempDir, std::path::PathBuf)> {
    use std::io::Write;
    let mut builder = tempfile::Builder::new();
    let mut options = std::fs::OpenOptions::new();
    options.write(true).create_new(true);
    #[cfg(unix)]
    {
        use std::os::unix::fs::{OpenOptionsExt, PermissionsExt};
        builder.permissions(std::fs::Permissions::from_mode(0o700));
        options.mode(0o600);
    }
    let folder = builder.prefix("taimen-counter-").tempdir()?;
    let path = folder.path().join("open.html");
    let page = maud::html! {
        (maud::DOCTYPE)
        meta charset="utf-8";
        meta name="referrer" content="no-referrer";
        meta http-equiv="refresh" content={ "0;url=" (url) };
        title { "taimen" }
    };
    options.open(&path)?.write_all(page.into_string().as_bytes())?;
    Ok((folder, path))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn header(door: &Door, role: Role, value: &str) -> String {
        format!("other=1; {}={value}", door.cookie(role))
    }

    #[test]
    fn a_token_serves_once_and_for_its_role() {
        let door = Door::new(1);
        let token = door.token(Role::Staff).unwrap();
        assert!(door.enter(Role::Customer, &token, "").unwrap().is_none());
        let cookie = door.enter(Role::Staff, &token, "").unwrap().unwrap();
        assert!(door.enter(Role::Staff, &token, "").unwrap().is_none());
        assert!(door.admits(Role::Staff, &header(&door, Role::Staff, &cookie)));
        assert!(!door.admits(Role::Customer, &header(&door, Role::Customer, &cookie)));
        assert!(!door.admits(Role::Staff, &header(&door, Role::Customer, &cookie)));
        assert!(!door.admits(Role::Staff, &header(&door, Role::Staff, &token)));
        for wrong in ["", "00", &"0".repeat(64), &"g".repeat(64), &cookie[1..]] {
            assert!(door.enter(Role::Staff, wrong, "").unwrap().is_none());
            assert!(!door.admits(Role::Staff, &header(&door, Role::Staff, wrong)));
        }
    }

    #[test]
    fn the_oldest_token_gives_way() {
        let door = Door::new(1);
        let first = door.token(Role::Customer).unwrap();
        let others: Vec<_> = (0..MOST).map(|_| door.token(Role::Customer).unwrap()).collect();
        assert!(door.enter(Role::Customer, &first, "").unwrap().is_none());
        assert!(others.iter().all(|token| door.enter(Role::Customer, token, "").unwrap().is_some()));
    }

    #[test]
    fn who_enters_again_keeps_his_place_and_takes_nobody_elses() {
        let door = Door::new(1);
        let enter = |cookies: &str| {
            let token = door.token(Role::Customer).unwrap();
            header(&door, Role::Customer, &door.enter(Role::Customer, &token, cookies).unwrap().unwrap())
        };
        let tablet = enter("");
        let mut window = enter("");
        for _ in 0..2 * MOST {
            let after = enter(&window);
            let before = std::mem::replace(&mut window, after);
            assert!(!door.admits(Role::Customer, &before) && door.admits(Role::Customer, &window));
        }
        assert!(door.admits(Role::Customer, &tablet));
        // A wrong token takes no cookie away.
        assert!(door.enter(Role::Customer, &"0".repeat(64), &tablet).unwrap().is_none());
        assert!(door.admits(Role::Customer, &tablet));
    }

    #[test]
    fn the_file_is_for_this_user_alone_and_goes_with_the_token() {
        let door = Door::new(1);
        let token = door.token(Role::Staff).unwrap();
        let (folder, path) = opener(&format!("http://127.0.0.1:1/#{}", *token)).unwrap();
        #[cfg(unix)]
        for (path, mode) in [(&path, 0o600), (&folder.path().to_owned(), 0o700)] {
            let rights = std::os::unix::fs::PermissionsExt::mode(&path.metadata().unwrap().permissions());
            assert_eq!(rights & 0o777, mode);
        }
        assert!(std::fs::read_to_string(&path).unwrap().contains(&*token));
        door.hold(Some(folder));
        door.enter(Role::Staff, &token, "").unwrap().unwrap();
        assert!(!path.exists());
    }
}
