//! The suite: one binary, a file for each feature, everything from outside.


mod accounts;
mod agreement;
mod backup;
mod calendar;
mod cases;
mod cli;
mod console;
mod desk;
mod driver;
mod generator;
mod guarantee;
mod handover;
mod hostile;
mod invariants;
mod layers;
mod live;
mod mistakes;
mod naive;
mod oracle;
mod pages;
mod receiver;
mod server;
mod starter;
mod store;
mod support;
mod ticket;
mod trees;
