//! What a module that Node loads must be linked with.

fn main() {
    napi_build::setup();
}
