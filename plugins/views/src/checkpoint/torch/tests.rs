//! Archives and pickles, against hostile bytes.

mod glances;

use proptest::prelude::*;

use deepfix_plugin::{Blob, Error};

use super::{
    pickle::{Node, Pickle},
    *,
};

fn read_bytes(bytes: &[u8]) -> Pickle {
    imports_at(&Bytes(bytes.to_vec()), 0, u64::MAX)
}

#[test]
fn what_it_would_import_is_listed_and_nothing_is_run() {
    // What `pickle.dumps` makes of an object whose __reduce__ is (os.system, ("id",)).
    let it = read_bytes(
        b"\x80\x04\x95\x1d\0\0\0\0\0\0\0\x8c\x05posix\x94\x8c\x06system\x94\x93\x94\x8c\x02id\x94\x85\x94R\x94.",
    );
    assert_eq!(it.globals, ["posix.system"]);
    assert_eq!(it.stopped, None);
    let it = read_bytes(b"cos\nsystem\n(S'id'\ntR.");
    assert_eq!(it.globals, ["os.system"]);
    let it = read_bytes(b"(S'id'\nios\nsystem\n.");
    assert_eq!(it.globals, ["os.system"]);
}

#[test]
fn plain_values_are_built() {
    // {"a": (1, 2), "b": [3]}
    let bytes = b"\x80\x02}q\0(X\x01\0\0\0aq\x01K\x01K\x02\x86q\x02X\x01\0\0\0bq\x03]q\x04K\x03au.";
    let it = read_bytes(&[&bytes[..], b"what follows"].concat());
    let Node::Dict(items) = &it.nodes[it.root.unwrap()] else {
        panic!("{it:?}")
    };
    assert_eq!(items.len(), 2);
    assert_eq!(it.nodes[items[0].0], Node::Text("a".into()));
    let Node::Tuple(pair) = &it.nodes[items[0].1] else {
        panic!("{it:?}")
    };
    assert_eq!(it.nodes[pair[1]], Node::Int(2));
    assert_eq!(it.end, bytes.len() as u64);
}

#[test]
fn absurd_lengths_and_empty_stacks_end_it() {
    for bytes in [
        &b""[..],
        b"R.",
        b"t.",
        b"X\xff\xff\xff\x7f.",
        b"\x8d\xff\xff\xff\xff\xff\xff\xff\xff.",
        b"h\x05.",
        b"\xff",
        b"0.",
        b"(0.",
    ] {
        let it = read_bytes(bytes);
        assert!(it.root.is_none() && it.stopped.is_some(), "{bytes:?}");
    }
    // A list that holds itself, and duplicates without end.
    assert!(read_bytes(b"]q\0h\0a.").root.is_some());
    let mut many = b"N".to_vec();
    many.extend(vec![b'2'; 500_000]);
    assert!(read_bytes(&many).stopped.unwrap().contains("on the stack"));
}

#[test]
fn imports_are_listed_however_many_values_there_are() {
    let mut bytes = b"]".to_vec();
    for _ in 0..450_000 {
        bytes.extend(b"}a");
    }
    bytes.extend(b"cos\nsystem\n.");
    let it = read_bytes(&bytes);
    assert_eq!(it.globals, ["os.system"], "{:?}", it.stopped);
}

#[test]
fn it_reads_on_where_python_reads_on() {
    let long = [
        b"\x80\x02\x8b".as_slice(),
        &5000_u32.to_le_bytes(),
        &[7; 5000],
        b"0cos\nsystem\n.",
    ]
    .concat();
    let line = [b"S'".as_slice(), &vec![b'x'; 100_000], b"'\n0cos\nsystem\n."].concat();
    for bytes in [
        // A mark is taken away like a value.
        &b"(0cos\nsystem\n."[..],
        b"(K\x0100cos\nsystem\n.",
        &long,
        &line,
        // The names are escaped.
        b"\x80\x04S'\\x6f\\163'\nV\\u0073ystem\n\x93.",
        // A key that is set twice is one: the next one without a number is 1.
        b"\x80\x04\x8c\x01xq\0q\0\x8c\x02os\x94\x8c\x01yh\x01\x8c\x06system\x93.",
        // Numbers as Python writes and reads them.
        b"S'os'\np 0_1\n0g+1\nS'system'\n\x93.",
        b"I0x10\n0cos\nsystem\n.",
    ] {
        let it = read_bytes(bytes);
        assert_eq!(
            (it.globals.as_slice(), &it.stopped),
            (&["os.system".to_owned()][..], &None),
            "{bytes:?}"
        );
    }
}

#[test]
fn bytes_that_are_loaded_are_read_as_well() {
    let inner = b"\x80\x02cos\nsystem\nX\x02\0\0\0id\x85R.".to_vec();
    let load = b"\x80\x04ctorch.storage\n_load_from_bytes\n".to_vec();
    let plain = [&load[..], b"C", &[inner.len() as u8], &inner, b"\x85R."].concat();
    let text: String = inner.iter().map(|it| char::from(*it)).collect();
    let encoded = [
        &load[..],
        b"c_codecs\nencode\n",
        b"X",
        &(text.len() as u32).to_le_bytes(),
        text.as_bytes(),
        b"X\x06\0\0\0latin1\x86R\x85R.",
    ]
    .concat();
    for bytes in [plain, encoded] {
        let it = read_bytes(&bytes);
        assert!(it.globals.contains(&"os.system".to_owned()), "{it:?}");
        assert!(it.called_names().any(|it| it == "os.system"), "{it:?}");
        assert_eq!((it.stopped, it.unread), (None, None));
    }
    let unknown = read_bytes(&[&load[..], b"N\x85R."].concat());
    assert!(unknown.unread.is_some() && unknown.stopped.is_none());
    // Each within the next: what is too deep is said.
    let mut bytes = inner;
    for _ in 0..6 {
        let length = (bytes.len() as u32).to_le_bytes();
        bytes = [&load[..], b"B", &length, &bytes, b"\x85R."].concat();
    }
    assert!(read_bytes(&bytes).unread.unwrap().contains("within each other"));
}

#[test]
fn a_text_that_is_loaded_over_and_over_is_read_once() {
    // Loading it takes half of the steps there are.
    let mut inner = b"\x80\x02".to_vec();
    inner.extend(b"N0".repeat(super::pickle::MAX_STEPS / 4));
    inner.extend(b"N.");
    let text: String = inner.iter().map(|it| char::from(*it)).collect();
    let kept = [
        b"\x80\x04ctorch.storage\n_load_from_bytes\nq\x01c_codecs\nencode\nq\x02X".as_slice(),
        &(text.len() as u32).to_le_bytes(),
        text.as_bytes(),
        b"q\x03X\x06\0\0\0latin1q\x040000",
    ]
    .concat();
    let call = b"h\x01h\x02h\x03h\x04\x86R\x85R0";
    let it = read_bytes(&[&kept, call.repeat(5).as_slice(), b"N."].concat());
    assert_eq!((it.stopped, it.unread), (None, None));
}

#[test]
fn the_values_of_an_array_hide_no_import_from_who_loads_it_otherwise() {
    // An array as joblib describes it, whose eight values are opcodes.
    let wrapper = |values: &[u8]| {
        let mut bytes = b"\x80\x04cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(X\x05\0\0\0shapeK".to_vec();
        bytes.push(values.len() as u8);
        bytes.extend(b"\x85X\x05\0\0\0orderX\x01\0\0\0CX\x05\0\0\0dtypecnumpy\ndtype\nX\x02\0\0\0u1\x85Rub");
        [&bytes[..], values, b"0ccollections\nOrderedDict\n)R."].concat()
    };
    let it = read_bytes(&wrapper(b"(cos\nsystem\nX\x02\0\0\0idtR."));
    assert!(it.globals.contains(&"os.system".to_owned()), "{it:?}");
    assert!(it.stopped.is_none() && it.arrays.len() == 1, "{it:?}");
    assert!(it.globals.contains(&"collections.OrderedDict".to_owned()), "{it:?}");
    let it = read_bytes(&wrapper(b"c\xff\xfe\n\x01\n\x00\x01"));
    let names = [
        "joblib.numpy_pickle.NumpyArrayWrapper",
        "numpy.dtype",
        "collections.OrderedDict",
    ];
    assert_eq!(it.globals, names);
}

#[test]
fn a_pickle_that_says_no_protocol_is_one_by_its_name() {
    let of = |name: &str, bytes: &[u8]| crate::checkpoint::one_file(name, &Bytes(bytes.to_vec())).unwrap();
    for name in ["m.pkl", "m.pt", "m.bin", "m.joblib", "m.npy"] {
        for bytes in [
            &b"cos\nsystem\n(S'id'\ntR."[..],
            b"(S'id'\nios\nsystem\n.",
            b"\x80\x01cos\nsystem\n(S'id'\ntR.",
        ] {
            let it = of(name, bytes);
            assert_eq!(it.format, Format::Pickle, "{name}");
            assert_eq!(it.pickled.unwrap().globals, ["os.system"], "{name}");
        }
    }
    // The magic number of PyTorch in another protocol, and what follows it.
    let it = of(
        "m.pt",
        b"L119547037146038801333356L\n.I1001\n.(d.cos\nsystem\n(S'id'\ntR.(l.",
    );
    assert_eq!(it.pickled.unwrap().globals, ["os.system"]);
    // Other bytes stay what they are.
    for bytes in [
        &b"certainly no pickle"[..],
        b"(\xb5/\xfdabc",
        b"Not found",
        b"\x89HDF\r\n\x1a\n",
    ] {
        assert!(of("m.bin", bytes).pickled.is_none(), "{bytes:?}");
    }
    assert!(of("m.pkl", b"(K\x01K\x02").pickled.unwrap().incomplete.is_some());
    assert!(of("m.joblib", b"BZh91AY").notes.iter().any(|it| it.contains("bzip2")));
}

proptest! {
    #[test]
    fn any_bytes_are_survived(bytes in prop::collection::vec(any::<u8>(), 0..400)) {
        let it = read_bytes(&bytes);
        prop_assert!(it.end <= bytes.len() as u64);
    }

    #[test]
    fn any_opcodes_are_survived(bytes in prop::collection::vec(
        prop::sample::select(b"(0122N)]}tldaesuQRboq\x00h\x00\x85\x86\x87\x81\x93\x94K\x01.".to_vec()), 0..400)) {
        let _ = read_bytes(&bytes);
    }
}

struct Bytes(Vec<u8>);

impl Blob for Bytes {
    fn size(&self) -> u64 {
        self.0.len() as u64
    }

    fn read(&self, offset: u64, length: u64) -> Result<Vec<u8>, Error> {
        let start = usize::try_from(offset).unwrap().min(self.0.len());
        let end = start.saturating_add(usize::try_from(length).unwrap()).min(self.0.len());
        Ok(self.0[start..end].to_vec())
    }
}

fn end_record(length: u32, start: u32) -> Vec<u8> {
    let mut bytes = b"PK\x05\x06\0\0\0\0\x01\0\x01\0".to_vec();
    bytes.extend(length.to_le_bytes());
    bytes.extend(start.to_le_bytes());
    bytes.extend([0, 0]);
    bytes
}

#[test]
fn a_directory_beyond_the_file_is_damage() {
    for (length, start) in [(u32::MAX - 1, 0), (10, u32::MAX - 1), (u32::MAX, u32::MAX), (0, 0)] {
        let blob = Bytes([b"PK\x03\x04".to_vec(), end_record(length, start)].concat());
        assert!(
            matches!(archive("m.pt", &blob).unwrap().content, Content::Damaged(..)),
            "{length} {start}"
        );
    }
}

proptest! {
    #[test]
    fn any_archive_is_survived(head in prop::collection::vec(any::<u8>(), 0..300), length in 0_u32..400, start in 0_u32..400) {
        let directory = [b"PK\x01\x02".to_vec(), head.clone(), end_record(length, start)].concat();
        let local = [b"PK\x03\x04".to_vec(), head.clone()].concat();
        let legacy = [b"\x80\x02\x8a\x0al\xfc\x9cF\xf9 j\xa8P\x19.".to_vec(), head.clone()].concat();
        for bytes in [head, directory, local, legacy] {
            let _ = archive("m.pt", &Bytes(bytes.clone()));
            for format in [Format::Pickle, Format::Zlib, Format::Gzip] {
                let _ = stream("m.pkl", &Bytes(bytes.clone()), format);
            }
        }
    }
}
