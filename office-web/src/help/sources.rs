//! The manual's files (手引きの原稿), as `build.rs` put them into the program.

include!(concat!(env!("OUT_DIR"), "/manual.rs"));
