//! Simulated residence cards: 在留カード and 特別永住者証明書 of both generations, and the certificates of their issuer.

pub mod certificate;
