//! Compiles again when a migration is added: the compiler sees only the files that it knew.

fn main() {
    println!("cargo:rerun-if-changed=../../migrations/postgres");
}
