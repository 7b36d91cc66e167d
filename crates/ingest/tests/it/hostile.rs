//! No bytes make reading panic, and whatever is refused says why.

use crate::edges;
use palenque_ingest::{Encoding, LineEnds, Policy, RaggedRule};
use proptest::prelude::*;

/// Bytes that mean something to a parser of text, more often than chance would have them.
fn bytes() -> impl Strategy<Value = Vec<u8>> {
    let telling = prop::sample::select(
        b",;\t|\"\"\n\n\r\0\\#'.-+eE019AaN \xef\xbb\xbf\xff\xfe\x1f\x8bPK".to_vec(),
    );
    let byte = prop_oneof![4 => telling, 1 => any::<u8>()];
    prop::collection::vec(byte, 0..300)
}

fn policies() -> impl Strategy<Value = Policy> {
    let ragged = prop::sample::select(vec![RaggedRule::Error, RaggedRule::Drop, RaggedRule::Fill]);
    let encoding =
        prop::sample::select(vec![Encoding::Auto, Encoding::Utf16Le, Encoding::Windows1252]);
    (ragged, encoding, any::<[bool; 5]>(), 1_usize..4).prop_map(
        |(ragged, encoding, flags, threads)| {
            let [header, trim, cr, escape, comment] = flags;
            Policy {
                ragged,
                encoding,
                header,
                trim,
                normalize_nfc: trim,
                line_ends: if cr { LineEnds::Cr } else { LineEnds::Auto },
                escape: escape.then_some(b'\\'),
                comment: comment.then_some(b'#'),
                max_field_bytes: 50,
                threads,
                ..Policy::default()
            }
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 2000, ..ProptestConfig::default() })]

    #[test]
    fn any_bytes_are_read_or_refused(body in bytes(), headed in any::<bool>(), policy in policies()) {
        let mut text = if headed { b"source,target,weight\n".to_vec() } else { Vec::new() };
        text.extend(body);
        let read = edges(text, &policy);
        prop_assert_eq!(read.panel.is_none(), read.diagnostics.has_errors());
        for file in &read.files {
            prop_assert_eq!(file.rows, file.used + file.merged + file.n_dropped());
        }
        for finding in read.diagnostics.iter() {
            prop_assert!(finding.help_text().is_some(), "{} has no help", finding.id());
            let words = [finding.what(), finding.help_text().unwrap_or_default()].concat();
            prop_assert!(!words.chars().any(char::is_control), "raw control character in {words:?}");
        }
    }
}
