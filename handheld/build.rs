//! Compiles the markup; fonts travel inside the program.

fn main() {
    // Tests find the elements of a page by it; what is delivered does without.
    let is_debug = std::env::var("PROFILE").is_ok_and(|profile| profile == "debug");
    let config = slint_build::CompilerConfiguration::new()
        .embed_resources(slint_build::EmbedResourcesKind::EmbedFiles)
        .with_debug_info(is_debug);
    slint_build::compile_with_config("ui/app.slint", config).expect("the user interface compiles");
}
