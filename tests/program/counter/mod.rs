//! `taimen counter` as a process, over HTTP: the flow with simulated cards, and attacks on the server.

mod attacks;
mod flow;
mod links;
mod records;
