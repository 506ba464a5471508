//! Checkpoints of PyTorch; `tests/fixtures/make.py` wrote them as `torch.save` does.

use deepfix_plugin::Severity;

use super::*;

macro_rules! fixture {
    ($name:literal) => {
        include_bytes!(concat!("../../tests/fixtures/", $name)).to_vec()
    };
}

fn codes(name: &str, bytes: Vec<u8>) -> Vec<(String, Severity)> {
    found(&host(Json::Null, name, bytes))
}

fn unsafe_format(severity: Severity) -> (String, Severity) {
    ("checkpoint.unsafe_format".to_owned(), severity)
}

#[test]
fn the_weights_of_an_archive_are_looked_at() {
    assert_eq!(codes("m.pt", fixture!("healthy.pt")), [unsafe_format(Severity::Low)]);
    let it = codes("m.pt", fixture!("nan.pt"));
    assert!(
        it.iter()
            .any(|(code, severity)| code == "checkpoint.nan_weights" && *severity > Severity::Low),
        "{it:?}"
    );
    let report = report(&host(Json::Null, "m.pt", fixture!("healthy.pt")));
    let extras: Json = serde_json::from_str(&report.extras).unwrap();
    assert_eq!(extras["model"]["tensors"], 5, "{extras}");
}

#[test]
fn the_stream_of_old_versions_is_read_too() {
    let it = codes("m.pt", fixture!("legacy.pt"));
    assert!(it.iter().any(|(code, _)| code == "checkpoint.nan_weights"), "{it:?}");
}

#[test]
fn the_optimisers_state_is_not_the_model() {
    assert_eq!(
        codes("m.ckpt", fixture!("lightning.ckpt")),
        [unsafe_format(Severity::Low)]
    );
}

#[test]
fn a_file_that_would_run_a_command_is_reported_and_not_run() {
    for (name, bytes) in [("m.pt", fixture!("command.pt")), ("m.pkl", fixture!("command.pkl"))] {
        let host = host(Json::Null, name, bytes);
        let report = report(&host);
        let finding = &report.analyses[0].finding;
        assert_eq!(
            (finding.code.as_str(), finding.severity),
            ("checkpoint.unsafe_format", Severity::High)
        );
        assert!(finding.description.contains("posix.system"), "{}", finding.description);
    }
}

#[test]
fn a_file_that_is_cut_off_is_damaged_and_any_cut_or_changed_byte_is_survived() {
    let whole: Vec<u8> = fixture!("healthy.pt");
    let it = codes("m.pt", whole[..whole.len() - 100].to_vec());
    assert_eq!(it, [("checkpoint.corrupted_file".to_owned(), Severity::High)]);
    let old: Vec<u8> = fixture!("legacy.pt");
    let it = codes("m.pt", old[..old.len() - 100].to_vec());
    assert_eq!(it, [("checkpoint.corrupted_file".to_owned(), Severity::High)]);
    for file in [&whole, &old] {
        for end in (0..file.len()).step_by(97) {
            let cut = codes("m.pt", file[..end].to_vec());
            let damaged = cut.iter().any(|it| it.0 == "checkpoint.corrupted_file");
            let doubted = cut
                .iter()
                .any(|it| it.0 == "checkpoint.unsafe_format" && it.1 > Severity::Low);
            assert!(!(damaged && doubted), "{end}: one fault, told twice: {cut:?}");
        }
        for at in (0..file.len()).step_by(61) {
            for value in [0, 0x7f, 0xff] {
                let mut changed = file.clone();
                changed[at] = value;
                let _ = codes("m.pt", changed);
            }
        }
    }
}

#[test]
fn calls_that_no_model_needs_and_pickles_without_an_end_are_worth_a_look() {
    let strange = b"\x80\x02cnumpy\nfromfile\nX\x01\0\0\0x\x85R.".to_vec();
    let report_of = |bytes: &[u8]| report(&host(Json::Null, "m.pkl", bytes.to_vec()));
    let it = report_of(&strange);
    let finding = &it.analyses[0].finding;
    assert_eq!(finding.severity, Severity::Medium);
    assert!(
        finding.description.contains("numpy.fromfile"),
        "{}",
        finding.description
    );
    // Only usual names are imported, and yet it runs a command.
    let chain = b"\x80\x02cbuiltins\ngetattr\nq\x00cbuiltins\ngetattr\nclogging\ngetLogger\n\
        X\x0b\0\0\0__globals__\x86RX\x02\0\0\0os\x86RX\x02\0\0\0id\x85R.";
    let it = report_of(chain);
    assert_eq!(
        it.analyses[0].finding.severity,
        Severity::High,
        "{:?}",
        it.analyses[0].finding
    );
    // A bound function calls what was bound; one that is kept as a setting does not.
    let bound = b"\x80\x02cfunctools\npartial\ncnumpy\nfromfile\nX\x01\0\0\0x\x86R";
    let it = report_of(&[bound.as_slice(), b")R."].concat());
    assert_eq!(it.analyses[0].finding.severity, Severity::Medium);
    let it = report_of(&[bound.as_slice(), b"."].concat());
    assert_eq!(it.analyses[0].finding.severity, Severity::Low);
    // A class within a class, as older protocols write it.
    let it = report_of(b"\x80\x02cbuiltins\ngetattr\nctorch.nn\nModule\nX\x05\0\0\0Inner\x86R)R.");
    assert_eq!(
        it.analyses[0].finding.severity,
        Severity::Low,
        "{:?}",
        it.analyses[0].finding
    );
    // Not called: an activation function as a setting.
    let it = report_of(b"\x80\x02}X\x01\0\0\0fctorch.nn.functional\nrelu\ns.");
    assert_eq!(it.analyses[0].finding.severity, Severity::Low);
    let it = report_of(b"\x80\x02ccollections\nOrderedDict\n)R\xff");
    let finding = &it.analyses[0].finding;
    assert_eq!(finding.severity, Severity::Medium);
    assert!(finding.description.contains("0xff"), "{}", finding.description);
}
