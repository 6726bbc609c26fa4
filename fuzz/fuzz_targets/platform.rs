#![no_main]

libfuzzer_sys::fuzz_target!(|data: &[u8]| tongbao_fuzz::target("platform")(data));
