//! マイナンバーカード (My Number Card).

pub mod files;
