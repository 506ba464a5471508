//! Values of arrays that are taken for opcodes.

use super::*;

/// An array of bytes as joblib describes it, with these values.
fn joblib_array(values: &[u8]) -> Vec<u8> {
    let length = (values.len() as u32).to_le_bytes();
    [
        &b"\x80\x04cjoblib.numpy_pickle\nNumpyArrayWrapper\n)\x81}(X\x05\0\0\0shapeJ"[..],
        &length,
        b"\x85X\x05\0\0\0orderX\x01\0\0\0CX\x05\0\0\0dtypecnumpy\ndtype\nX\x02\0\0\0u1\x85Rub",
        values,
    ]
    .concat()
}

#[test]
fn values_that_go_on_as_opcodes_are_followed_up_to_a_limit_and_that_is_said() {
    use super::super::pickle::{ALL_GLANCES, GLANCE};
    let hidden = |before: usize| [b"N0".repeat(before / 2).as_slice(), b"(cos\nsystem\nX\x02\0\0\0idtR."].concat();
    let file = |values: &[u8]| [&joblib_array(values)[..], b"."].concat();
    let it = read_bytes(&file(&hidden(GLANCE - 10)));
    assert!(it.globals.contains(&"os.system".to_owned()) && it.glanced.is_none());
    let it = read_bytes(&file(&hidden(GLANCE)));
    assert!(!it.globals.contains(&"os.system".to_owned()));
    assert_eq!((&it.stopped, &it.unread), (&None, &None), "the pickle itself is read");
    assert!(it.glanced.unwrap().contains("at most 10000 opcodes"));
    // Of many arrays as much as of some.
    let arrays = [joblib_array(&hidden(GLANCE)), b"0".to_vec()]
        .concat()
        .repeat(ALL_GLANCES / GLANCE);
    let it = read_bytes(&[&arrays[..], &file(&hidden(0))].concat());
    assert!(!it.globals.contains(&"os.system".to_owned()) && it.stopped.is_none());
    // It stands among what was not examined, and is no finding by itself.
    let mut pickled = Pickled::new(Format::Pickle);
    pickled.add(&it);
    assert!(pickled.glanced.is_some() && pickled.incomplete.is_none());
}

#[test]
fn values_that_are_taken_for_opcodes_change_nothing_that_was_read_before() {
    // What stands in the memo is fetched, and a number added to it: to a list, to a dictionary.
    for (empty, add) in [(b"]", &b"h\0K\x05a"[..]), (b"}", b"h\0K\x05K\x06s")] {
        let bytes = [b"\x80\x04", &empty[..], b"q\0", &joblib_array(add), b"0."].concat();
        let it = read_bytes(&bytes);
        assert_eq!(it.stopped, None);
        match &it.nodes[it.root.unwrap()] {
            Node::List(items) => assert!(items.is_empty(), "{items:?}"),
            Node::Dict(items) => assert!(items.is_empty(), "{items:?}"),
            other => panic!("{other:?}"),
        }
        assert_eq!(it.arrays.len(), 1);
    }
    // A key of the memo that is set again is the old one afterwards.
    let bytes = [b"\x80\x04K\x01q\0", &joblib_array(b"K\x02q\0")[..], b"0h\0."].concat();
    let it = read_bytes(&bytes);
    assert_eq!(it.nodes[it.root.unwrap()], Node::Int(1));
}

/// A text of a checkpoint within, turned back and loaded, with what is fetched from the memo in front: `_load_from_bytes`,
/// `_codecs.encode`.
fn loaded(pickle: &[u8]) -> Vec<u8> {
    let pickle: String = pickle.iter().map(|it| char::from(*it)).collect();
    let length = (pickle.len() as u32).to_le_bytes();
    [
        b"h\xf0h\xf1X",
        &length[..],
        pickle.as_bytes(),
        b"X\x06\0\0\0latin1\x86R\x85R",
    ]
    .concat()
}

const LOADERS: &[u8] = b"\x80\x04ctorch.storage\n_load_from_bytes\nq\xf0c_codecs\nencode\nq\xf10";

#[test]
fn what_values_load_hides_nothing_that_the_pickle_itself_loads_afterwards() {
    let system = b"\x80\x02cos\nsystem\nX\x02\0\0\0id\x85R.";
    // The values are a whole pickle: what stands behind them is not among them.
    let read = |values: &[u8], behind: &[u8]| {
        let array = joblib_array(&[values, b"."].concat());
        read_bytes(&[LOADERS, &array, b"0", behind, b"."].concat())
    };
    // The value after the array has the place that the one among its values had.
    let it = read(&loaded(b"\x80\x02N."), &loaded(system));
    assert_eq!((&it.stopped, &it.unread), (&None, &None));
    assert!(it.called_names().any(|it| it == "os.system"), "{:?}", it.globals);
    // So it is with what the pickle loads as bytes, and with what cannot be followed.
    let bytes = |pickle: &[u8]| [b"h\xf0C", &[pickle.len() as u8][..], pickle, b"\x85R"].concat();
    let it = read(&bytes(b"\x80\x02N."), &bytes(system));
    assert!(it.called_names().any(|it| it == "os.system"), "{:?}", it.globals);
    let it = read(&loaded(b"\x80\x02N."), &loaded(b"\x80\x02cos\n"));
    assert!(it.unread.is_some(), "{it:?}");
    // What cannot be followed among the values is told as such.
    let it = read(&loaded(b"\x80\x02cos\n"), b"N");
    assert_eq!((&it.stopped, &it.unread), (&None, &None));
    assert!(it.glanced.unwrap().contains("_load_from_bytes"));
}

#[test]
fn a_number_that_looks_like_an_import_hides_no_other() {
    for values in [
        &b"c?\n!\ncos\nsystem\nX\x02\0\0\0id\x85R."[..],
        b"cos\nsystem\nX\x02\0\0\0id\x85Rc?\n!\n.",
        b"N\x8c\x06system\x93cos\nsystem\nX\x02\0\0\0id\x85R.",
    ] {
        let it = read_bytes(&[&joblib_array(values)[..], b"0ccollections\nOrderedDict\n)R."].concat());
        let names = [
            "joblib.numpy_pickle.NumpyArrayWrapper",
            "numpy.dtype",
            "os.system",
            "collections.OrderedDict",
        ];
        assert_eq!((&it.globals[..], &it.stopped), (&names.map(str::to_owned)[..], &None));
        assert_eq!(it.called_names().count(), 4, "{it:?}");
        assert_eq!(it.glanced, None);
    }
    // What leads behind an object has no plain name and is listed all the same.
    let it = read_bytes(
        &[
            &joblib_array(b"cbuiltins\ngetattr\n\x8c\x01a\x8c\x0b__globals__\x86R.")[..],
            b".",
        ]
        .concat(),
    );
    let hidden = "builtins.getattr(?).__globals__";
    assert!(it.globals.iter().any(|it| it == hidden), "{:?}", it.globals);
    // A name that only a loader knows is none that can be listed: that it is called is told.
    let it = read_bytes(&[&joblib_array(b"NN\x93)R.")[..], b"."].concat());
    assert!(!it.globals.iter().any(|it| it.contains('?')), "{:?}", it.globals);
    assert!(it.glanced.unwrap().contains("`?.?`"));
}

#[test]
fn values_load_checkpoints_within_up_to_a_limit_and_that_is_said() {
    use super::super::pickle::GLANCED_LOADS;
    let read = |arrays: usize| {
        let array = [joblib_array(&loaded(b"\x80\x02cmodels\nNet\n.")), b"0".to_vec()].concat();
        let last = joblib_array(&loaded(b"\x80\x02cos\nsystem\n."));
        read_bytes(&[LOADERS, &array.repeat(arrays), &last, b"."].concat())
    };
    let has_system = |it: &Pickle| it.globals.iter().any(|it| it == "os.system");
    let it = read(GLANCED_LOADS - 1);
    assert!(has_system(&it) && it.glanced.is_none(), "{:?}", it.glanced);
    let it = read(GLANCED_LOADS);
    assert!(!has_system(&it) && it.unread.is_none() && it.stopped.is_none());
    assert!(it.glanced.unwrap().contains("more than 32 calls"));
}
