//! `tongbao`: see `tongbao --help`.

use std::process::ExitCode;

/// Many small allocations from many threads: half the time of the system's allocator.
#[global_allocator]
static ALLOCATOR: mimalloc::MiMalloc = mimalloc::MiMalloc;

fn main() -> ExitCode {
    tongbao::cli::main()
}
