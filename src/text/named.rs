//! Enums as tables: a value and its machine name, an error and its sentence.

/// A name that no value has.
#[derive(Debug, Clone, Copy, PartialEq, Eq, thiserror::Error)]
#[error("no such name")]
pub struct UnknownName;

/// Declares an enum of values without data, each with its machine name beside it.
macro_rules! named {
    ($(#[$of:meta])* $vis:vis enum $Type:ident { $($(#[$doc:meta])* $Variant:ident = $name:literal,)* }) => {
        $(#[$of])*
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash, PartialOrd, Ord)]
        $vis enum $Type {
            $($(#[$doc])* $Variant,)*
        }

        impl $Type {
            /// Every value, in order.
            $vis fn all() -> impl Iterator<Item = Self> {
                [$(Self::$Variant),*].into_iter()
            }

            /// The machine name.
            $vis fn as_str(self) -> &'static str {
                match self {
                    $(Self::$Variant => $name,)*
                }
            }
        }

        impl std::fmt::Display for $Type {
            fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
                f.write_str(self.as_str())
            }
        }

        impl std::str::FromStr for $Type {
            type Err = $crate::text::UnknownName;

            fn from_str(name: &str) -> Result<Self, Self::Err> {
                Self::all().find(|value| value.as_str() == name).ok_or($crate::text::UnknownName)
            }
        }
    };
}

/// Declares an error enum, each value with its sentence beside it; a doc comment says more only if there is more to say.
macro_rules! errors {
    ($(#[$of:meta])* $vis:vis enum $Type:ident {
        $($(#[$doc:meta])* $Variant:ident $({ $($fields:tt)* })? $(($($tuple:tt)*))? = $text:literal,)*
    }) => {
        $(#[$of])*
        #[derive(Debug, thiserror::Error)]
        $vis enum $Type {
            $(
                #[doc = concat!($text, ".")]
                $(#[$doc])*
                #[error($text)]
                $Variant $({ $($fields)* })? $(($($tuple)*))?,
            )*
        }
    };
}

pub(crate) use {errors, named};
