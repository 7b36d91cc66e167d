//! Rows in = used + merged + dropped, whatever is wrong with them and whatever the rules; and no flow is lost.

use crate::edges;
use palenque_ingest::{
    DuplicateRule, MissingWeightRule, NegativeRule, Policy, RaggedRule, ZeroRule,
};
use proptest::prelude::*;

/// One row and what it is worth under a policy.
#[derive(Clone, Debug)]
enum Row {
    Sound(u8, u8, u16),
    Missing(u8, u8),
    Negative(u8, u8, u16),
    Zero(u8, u8),
    Short(u8),
    Long(u8, u8, u16),
    Blank,
    Word(u8, u8),
    NoBuyer(u8),
}

impl Row {
    fn text(&self) -> String {
        match self {
            Self::Sound(a, b, w) => format!("f{a},f{b},{w}.25\n"),
            Self::Missing(a, b) => format!("f{a},f{b},\n"),
            Self::Negative(a, b, w) => format!("f{a},f{b},-{w}.5\n"),
            Self::Zero(a, b) => format!("f{a},\"f{b}\",0.0\n"),
            Self::Short(a) => format!("f{a}\n"),
            Self::Long(a, b, w) => format!("f{a},f{b},{w}.75,x,y\n"),
            Self::Blank => "\n".into(),
            Self::Word(a, b) => format!("f{a},f{b},many\n"),
            Self::NoBuyer(a) => format!("f{a},,1\n"),
        }
    }

    /// The flow it adds, if it is used.
    fn flow(&self, policy: &Policy) -> f64 {
        match *self {
            Self::Sound(_, _, w) => f64::from(w) + 0.25,
            Self::Missing(..) if policy.missing_weight == MissingWeightRule::One => 1.0,
            Self::Negative(_, _, w) if policy.negative != NegativeRule::Drop => f64::from(w) + 0.5,
            Self::Long(_, _, w) if policy.ragged == RaggedRule::Fill => f64::from(w) + 0.75,
            _ => 0.0,
        }
    }

    fn is_row(&self) -> bool {
        !matches!(self, Self::Blank)
    }

    /// Whether the file is refused for it.
    fn refuses(&self, policy: &Policy) -> bool {
        match self {
            Self::Sound(..) | Self::Zero(..) | Self::Blank => false,
            Self::Missing(..) => policy.missing_weight == MissingWeightRule::Error,
            Self::Negative(..) => policy.negative == NegativeRule::Error,
            // A short row that is filled has no buyer.
            Self::Short(_) => policy.ragged != RaggedRule::Drop,
            Self::Long(..) => policy.ragged == RaggedRule::Error,
            Self::Word(..) | Self::NoBuyer(_) => true,
        }
    }
}

fn rows() -> impl Strategy<Value = Vec<Row>> {
    let id = || 0_u8..6;
    let row = prop_oneof![
        20 => (id(), id(), 1_u16..999).prop_map(|(a, b, w)| Row::Sound(a, b, w)),
        2 => (id(), id()).prop_map(|(a, b)| Row::Missing(a, b)),
        2 => (id(), id(), 1_u16..999).prop_map(|(a, b, w)| Row::Negative(a, b, w)),
        2 => (id(), id()).prop_map(|(a, b)| Row::Zero(a, b)),
        1 => id().prop_map(Row::Short),
        1 => (id(), id(), 1_u16..999).prop_map(|(a, b, w)| Row::Long(a, b, w)),
        2 => Just(Row::Blank),
    ];
    let fatal =
        prop_oneof![(id(), id()).prop_map(|(a, b)| Row::Word(a, b)), id().prop_map(Row::NoBuyer),];
    let last = prop_oneof![9 => Just(None), 1 => fatal.prop_map(Some)];
    (prop::collection::vec(row, 1..40), last).prop_map(|(mut rows, last)| {
        rows.extend(last);
        rows
    })
}

fn policies() -> impl Strategy<Value = Policy> {
    use prop::sample::select as pick;
    let negative =
        vec![NegativeRule::Error, NegativeRule::Drop, NegativeRule::Abs, NegativeRule::Reverse];
    let missing = vec![
        MissingWeightRule::Error,
        MissingWeightRule::Zero,
        MissingWeightRule::One,
        MissingWeightRule::Drop,
    ];
    let ragged = vec![RaggedRule::Error, RaggedRule::Drop, RaggedRule::Fill];
    let zero = vec![ZeroRule::Drop, ZeroRule::Keep];
    (pick(negative), pick(missing), pick(ragged), pick(zero), any::<bool>(), 1_usize..3).prop_map(
        |(negative, missing_weight, ragged, zero, money_flow, threads)| Policy {
            negative,
            missing_weight,
            ragged,
            zero,
            money_flow,
            threads,
            ..Policy::default()
        },
    )
}

proptest! {
    #![proptest_config(ProptestConfig { cases: 10_000, ..ProptestConfig::default() })]

    #[test]
    fn no_row_and_no_flow_is_lost(rows in rows(), policy in policies()) {
        let mut text = String::from("source,target,weight\n");
        for row in &rows {
            text.push_str(&row.text());
        }
        let read = edges(&text, &policy);
        let file = &read.files[0];
        let n_rows = rows.iter().filter(|row| row.is_row()).count() as u64;
        prop_assert_eq!(file.rows, n_rows);
        prop_assert_eq!(file.rows, file.used + file.merged + file.n_dropped());
        prop_assert_eq!(read.panel.is_none(), rows.iter().any(|row| row.refuses(&policy)));
        if let Some(panel) = &read.panel {
            // Quarters of small numbers add up exactly.
            let flow: f64 = rows.iter().map(|row| row.flow(&policy)).sum();
            prop_assert_eq!(panel.last().total_flow().to_bits(), flow.to_bits());
            prop_assert_eq!(panel.last().n_edges() as u64, file.used);
        }
    }

    #[test]
    fn a_split_row_changes_nothing(rows in prop::collection::vec((0_u8..5, 0_u8..5, 1_u16..99), 1..20)) {
        let line = |&(a, b, w): &(u8, u8, u16)| format!("f{a},f{b},{}\n", f64::from(w));
        let halves = |&(a, b, w): &(u8, u8, u16)| {
            let half = f64::from(w) / 2.0;
            format!("f{a},f{b},{half}\nf{a},f{b},{half}\n")
        };
        let header = "source,target,weight\n";
        let whole: String = std::iter::once(header.into()).chain(rows.iter().map(line)).collect();
        let split: String = std::iter::once(header.into()).chain(rows.iter().map(halves)).collect();
        let policy = Policy { duplicates: DuplicateRule::Sum, ..Policy::default() };
        let [whole, split] = [edges(&whole, &policy), edges(&split, &policy)];
        let graphs = [crate::graph(&whole), crate::graph(&split)];
        prop_assert_eq!(graphs[0].flows(), graphs[1].flows());
        prop_assert_eq!(graphs[0].targets(), graphs[1].targets());
    }
}
