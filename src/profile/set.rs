//! The profiles that count in a run, and which of them a day falls under.

use jiff::{Timestamp, civil::Date};

use crate::text::japan_date;

use super::{Profile, ProfileError};

macro_rules! shipped {
    ($($name:literal)*) => { &[$(include_str!(concat!("../../profiles/", $name, ".toml"))),*] };
}

const SHIPPED: &[&str] =
    shipped! { "hanshuhou-2025" "hanshuhou-2027" "keitaihou-2026" "keitaihou-2027" "kobutsu-2025" };

/// Profiles whose periods neither overlap nor leave a gap within one law.
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct Profiles {
    profiles: Vec<Profile>,
    shipped: Vec<String>,
}

impl Profiles {
    /// Those that ship with the program.
    ///
    /// # Errors
    /// [`ProfileError`] if a file is damaged; a test keeps them whole.
    pub fn shipped() -> Result<Self, Vec<ProfileError>> {
        let mut all = Self { profiles: Vec::new(), shipped: Vec::new() };
        for text in SHIPPED {
            let profile = Profile::parse(text.as_bytes())?;
            all.shipped.push(profile.sha256().to_owned());
            all = all.with(profile).map_err(|error| vec![error])?;
        }
        Ok(all)
    }

    /// With one more, which takes the place of the one with its id, if there is one.
    ///
    /// # Errors
    /// [`ProfileError::Overlap`] and [`ProfileError::Gap`]: of the days of its law.
    pub fn with(mut self, own: Profile) -> Result<Self, ProfileError> {
        let law = own.law.clone();
        self.profiles.retain(|profile| profile.id != own.id);
        self.profiles.push(own);
        self.profiles.sort_by(|one, other| (&one.law, one.valid_from).cmp(&(&other.law, other.valid_from)));
        let of_law: Vec<&Profile> = self.profiles.iter().filter(|profile| profile.law == law).collect();
        for pair in of_law.windows(2) {
            let [first, second] = pair else { continue };
            let names = (first.id.clone(), second.id.clone());
            // One without an end covers every later day.
            let next = first.valid_until.map(|last| last.saturating_add(jiff::ToSpan::days(1)));
            match next {
                Some(next) if next == second.valid_from => {}
                Some(next) if next < second.valid_from => {
                    return Err(ProfileError::Gap { first: names.0, second: names.1 });
                }
                _ => return Err(ProfileError::Overlap { first: names.0, second: names.1 }),
            }
        }
        Ok(self)
    }

    /// All of them: by law, then by day.
    pub fn iter(&self) -> impl Iterator<Item = &Profile> {
        self.profiles.iter()
    }

    /// The profile with an id.
    pub fn get(&self, id: &str) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.id == id)
    }

    /// The names of the laws.
    pub fn laws(&self) -> Vec<&str> {
        let mut laws: Vec<&str> = self.profiles.iter().map(|profile| profile.law.as_str()).collect();
        laws.dedup();
        laws
    }

    /// The profile that a transaction of this day falls under; the day is Japan's.
    pub fn on(&self, law: &str, day: Date) -> Option<&Profile> {
        self.profiles.iter().find(|profile| profile.law == law && profile.covers(day))
    }

    /// The profile that a transaction at this time falls under: the day is that of Asia/Tokyo.
    pub fn at(&self, law: &str, time: Timestamp) -> Option<&Profile> {
        self.on(law, japan_date(time))
    }

    /// Whether a profile is, byte for byte, one that ships with the program.
    pub fn is_shipped(&self, profile: &Profile) -> bool {
        self.shipped.iter().any(|sha256| sha256 == profile.sha256())
    }
}
