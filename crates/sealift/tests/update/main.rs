//! The database that arrives by itself, from a site that the tests make and break.

mod faults;
mod random;
mod site;
mod together;
mod updates;
