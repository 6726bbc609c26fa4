//! Configuration: an embedded, commented default under a file under the environment.
