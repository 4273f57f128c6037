//! Benches of billing (性能測定): what `minamo bench` runs. Works on a database of its own.
