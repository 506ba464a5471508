#![no_main]

libfuzzer_sys::fuzz_target!(|bytes: &[u8]| {
    let _ = deepfix_parser_targets::run("run_filter", bytes);
});
