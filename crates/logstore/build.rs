//! Tells the linker how an addon is loaded into Node; nothing else happens at build time.

fn main() {
    #[cfg(feature = "napi")]
    napi_build::setup();
}
