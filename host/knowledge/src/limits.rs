//! The bounds of a knowledge base. Each has a test that trips it.

/// The largest file that is read. The longest document of the shipped base has 6 KB; a file
/// of more than 1 MiB is a mistake in the path, such as a folder with data dumps.
pub const MAX_FILE_BYTES: u64 = 1024 * 1024;

/// The most passages one base holds. Indexing takes about 0.15 ms per passage, so a full base
/// starts in a few seconds; more belongs in a search service.
pub const MAX_PASSAGES: usize = 20_000;

/// How deep folders are walked. Deeper trees are version control or dependency folders that
/// got into the path.
pub const MAX_FOLDER_DEPTH: usize = 16;

/// How much of a query is read. Agents quote logs, and the words that matter come first;
/// without the bound a megabyte of text would be tokenised for 64 terms.
pub const MAX_QUERY_BYTES: usize = 16 * 1024;

/// How many different words of a query are looked up. Each costs one posting list per field;
/// with 64 a search stays under a millisecond, and a question has fewer than 20.
pub const MAX_QUERY_TERMS: usize = 64;

/// The most hits of one search, whatever the query asks for: what a plugin can copy into its
/// memory and a report can show.
pub const MAX_HITS: usize = 50;

/// A passage with fewer words gives no advice that could be followed.
pub const MIN_PASSAGE_WORDS: usize = 20;

/// A passage with more words answers several questions: it ranks badly for each of them, and
/// a language model pays for all of it. It should be split.
pub const MAX_PASSAGE_WORDS: usize = 300;
