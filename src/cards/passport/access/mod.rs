//! STUB
#![allow(dead_code, missing_docs)]
use crate::crypto::Hash;
#[derive(Debug, Clone, PartialEq, Eq)]
pub struct PaceInfo;
impl std::fmt::Display for PaceInfo { fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result { f.write_str("") } }
#[derive(Debug, Clone)]
pub struct SecurityInfos { pub pace: Vec<PaceInfo>, pub chip_keys: Vec<u8>, pub active: Option<Hash> }
#[derive(Debug, thiserror::Error)]
#[error("x")]
pub struct E;
impl E { pub fn is_unsupported(&self) -> bool { false } }
impl SecurityInfos {
    pub fn parse(_: &[u8]) -> Result<Self, E> { Err(E) }
    pub fn offers_mapping(&self) -> bool { false }
    pub fn chip_authentication(&self) -> Option<PaceInfo> { None }
}
pub fn verify_active(_: &[u8], _: Option<Hash>, _: &[u8], _: &[u8]) -> Result<Hash, E> { Err(E) }
pub fn verify_chip(_: &PaceInfo, _: &[u8], _: &[u8]) -> Result<(), E> { Err(E) }
pub fn verify_mapping(_: &SecurityInfos, _: &[u8], _: &[u8]) -> Result<(), E> { Err(E) }
