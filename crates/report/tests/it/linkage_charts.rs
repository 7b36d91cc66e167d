//! Charts of linkages and value chains: what they plot and what they say.

use crate::charts::draw;
use crate::tables::{
    edge_metrics, extraction, gvc_decomposition, io_matrix, linkages_over, names, numbers, text,
};
use palenque_graph::table::Unit;
use palenque_graph::{Table, TableId};

fn ids(names: &[&str]) -> Vec<String> {
    names.iter().map(|name| (*name).to_owned()).collect()
}

/// Made-up matrices of four nodes: a chain with a way around.
pub(crate) fn four_nodes() -> Table {
    let ids = ids(&["agave", "glass", "still", "shop"]);
    let leontief =
        [1.1, 0., 0.5, 0.2, 0., 1., 0., 0.3, 0., 0., 1.2, 0.6, 0., 0.05, 0., 1.].to_vec();
    let lengths = [1.2, 0., 1.1, 2.3, 0., 0., 0., 1.2, 0., 0., 1.4, 1.04, 0., 3.6, 0., 0.].to_vec();
    let field = [2., 3., 1., 4., 2., 3., 1., 4., 3., 5., 1., 6., 1., 1., 1., 2.].to_vec();
    io_matrix(&ids, &[("L", leontief), ("APL", lengths), ("FIELD", field)])
}

/// `methods.md` C20: country A as published there; B and C made up around it.
pub(crate) fn three_countries() -> Table {
    let a = [
        38.291_268_73,
        26.546_605_25,
        3.229_005_494,
        4.507_953_41,
        2.014_208_219,
        1.993_496_359,
        6.708_731_273,
        4.180_597_195,
        2.528_134_078,
        16.179_248_47,
    ];
    let b = [40., 30., 5., 0.5, 0.25, 0.25, 10., 9., 5., 4.];
    let c = [5., 2., 0.5, 0.1, 0.1, 0.1, 1., 0.7, 0.5, 5.];
    gvc_decomposition(&[("A", a), ("B", b), ("C", c)])
}

pub(crate) fn flows() -> Table {
    let flows = [(0, 1, 50.0), (0, 2, 30.0), (1, 3, 60.0), (2, 3, 8.0), (2, 1, 4.0), (3, 3, 2.0)];
    edge_metrics(&ids(&["agave", "still", "glass", "shop"]), &flows)
}

/// Three nodes over three periods: `still` becomes a key sector, `shop` moves little.
pub(crate) fn three_periods() -> Table {
    let places = [
        [(1.2, 0.7), (0.8, 1.1), (0.9, 0.8)],
        [(1.3, 0.8), (0.9, 1.2), (0.9, 0.81)],
        [(1.25, 0.9), (1.1, 1.3), (0.9, 0.82)],
    ];
    let ids = ids(&["agave", "still", "shop"]);
    linkages_over(&ids, &["1995", "2003", "2011"], |period, node| places[period][node])
}

#[test]
fn extraction_sorts_by_what_is_asked_and_takes_shares_of_all_output() {
    // The economy has an output of 40; `hem_total_rel` is not there, so it is the sum of `output`.
    let ids = ids(&["a", "b", "c"]);
    let losses = [[10.0, 16.0, 4.0, 2.0], [25.0, 30.0, 3.0, 8.0], [5.0, f64::NAN, 1.0, 1.0]];
    let table = extraction(&ids, &losses);
    let figure = draw("extraction", std::slice::from_ref(&table), &[]).expect("drawn");
    assert_eq!(
        figure.csv,
        "period,rank,node_id,label,total,backward,forward\n\
         ,1,b,b,0.75,0.075,0.2\n\
         ,2,a,a,0.4,0.1,0.05\n"
    );
    assert_eq!(figure.title, "Hypothetical extraction: all 2 nodes");
    assert_eq!(
        figure.alt.replace('\u{2009}', " "),
        "Dot plot of the output lost by hypothetical extraction of 2 of 2 nodes, as a share of the output of the \
         economy, sorted by total. The first is b: total 75 %, backward 8 %, forward 20 %. The last one shown, a, has \
         40 %. 1 node without a value is not drawn."
    );
    let options = [("sort", "backward"), ("relative", "own"), ("top", "2")];
    let figure = draw("extraction", &[table], &options).expect("drawn");
    assert_eq!(
        figure.csv.lines().skip(1).collect::<Vec<_>>(),
        [",1,a,a,1.6,0.4,0.2", ",2,c,c,,0.2,0.2"]
    );
}

#[test]
fn extraction_says_what_is_missing() {
    let columns = vec![
        text("period", &[""]),
        text("node_id", &["a"]),
        numbers("hem_total", Unit::Currency, &[3.0]),
    ];
    let table = Table::new(TableId::Linkages, columns);
    let said = draw("extraction", &[table], &[]).expect_err("no output").to_string();
    assert_eq!(said, "needs column `hem_total_rel` or `output` in `linkages`");
    let table = linkages_over(&names(2), &[""], |_, _| (1.0, 1.0));
    let said = draw("extraction", &[table], &[]).expect_err("no column").to_string();
    assert!(
        said.starts_with("needs a column `hem_total` of numbers in `linkages`; it has "),
        "{said}"
    );
}

#[test]
fn field_of_influence_frames_the_strongest_cells() {
    let figure = draw("field_of_influence", &[four_nodes()], &[("frame", "13")]).expect("drawn");
    let framed: Vec<&str> = figure.csv.lines().filter(|row| row.ends_with(",true")).collect();
    // 13 % of 16 cells are 3; of the three with 4 or more behind 6 and 5, two are equal: neither is framed.
    assert_eq!(framed, [",FIELD,still,glass,5.0,true", ",FIELD,still,shop,6.0,true"]);
    assert_eq!(
        figure.alt.replace('\u{2009}', " "),
        "Heatmap of the intensity of the field of influence between 4 nodes, suppliers in rows and buyers in columns. \
         The largest cell is still to shop with 6. The 2 cells framed, of 16, hold 28 % of the sum."
    );
}

#[test]
fn a_landscape_falls_from_the_top_left() {
    let ids = ids(&["a", "b", "c"]);
    let cells = vec![1.0, 2.0, 0.5, 4.0, 8.0, 2.0, 2.0, 4.0, 1.0];
    let table = io_matrix(&ids, &[("MPM", cells)]);
    let figure = draw("field_of_influence", &[table], &[("matrix", "MPM")]).expect("drawn");
    let cells: Vec<&str> = figure.csv.lines().skip(1).collect();
    assert_eq!(
        cells,
        [
            ",MPM,b,b,8.0,true",
            ",MPM,b,a,4.0,false",
            ",MPM,b,c,2.0,false",
            ",MPM,c,b,4.0,false",
            ",MPM,c,a,2.0,false",
            ",MPM,c,c,1.0,false",
            ",MPM,a,b,2.0,false",
            ",MPM,a,a,1.0,false",
            ",MPM,a,c,0.5,false",
        ]
    );
}

#[test]
fn io_heatmap_says_which_matrices_there_are() {
    let said =
        draw("io_heatmap", &[four_nodes()], &[("matrix", "A")]).expect_err("no A").to_string();
    assert_eq!(
        said,
        "needs matrix `A` in `io_matrix`; it has `APL`, `FIELD`, `L` (its parameter `matrices` says which are written)"
    );
    let first = draw("io_heatmap", &[four_nodes()], &[]).expect("drawn");
    assert_eq!(first.title, "Leontief inverse of 4 nodes");
    let said = draw("io_heatmap", &[], &[("matrix", "Z")]).expect_err("no flows").to_string();
    assert_eq!(said, "needs table `edge_metrics`");
    let figure = draw("io_heatmap", &[four_nodes()], &[("matrix", "L"), ("order", "total")]);
    let figure = figure.expect("drawn");
    assert_eq!(figure.title, "Leontief inverse of 4 nodes");
    assert_eq!(figure.csv.lines().nth(1), Some(",L,still,still,1.2"));
    assert_eq!(figure.csv.lines().count(), 17);
}

#[test]
fn io_heatmap_joins_small_sellers_of_flows_and_leaves_out_small_coefficients() {
    let flows = draw("io_heatmap", &[flows()], &[("matrix", "Z"), ("nodes", "3")]).expect("drawn");
    assert_eq!(
        flows.csv,
        "period,matrix,row,col,value\n\
         ,Z,agave,agave,\n\
         ,Z,agave,still,50.0\n\
         ,Z,agave,all others,30.0\n\
         ,Z,still,agave,\n\
         ,Z,still,still,\n\
         ,Z,still,all others,60.0\n\
         ,Z,all others,agave,\n\
         ,Z,all others,still,4.0\n\
         ,Z,all others,all others,10.0\n"
    );
    assert!(flows.svg.contains("2 of 4 nodes are drawn together as all others."));
    let inverse = draw("io_heatmap", &[four_nodes()], &[("matrix", "L"), ("nodes", "2")]);
    let inverse = inverse.expect("drawn");
    assert_eq!(inverse.csv.lines().count(), 5);
    assert!(inverse.svg.contains("2 of 4 nodes are not drawn: the smaller ones."));
}

#[test]
fn apl_chain_plots_strong_linkages_with_their_lengths() {
    let figure = draw("apl_chain", &[four_nodes()], &[("threshold", "0.1")]).expect("drawn");
    let links: Vec<&str> = figure.csv.lines().filter(|row| row.starts_with(",link,")).collect();
    assert_eq!(
        links,
        [
            ",link,still,still,,shop,0.6,1.04,1",
            ",link,agave,agave,,still,0.5,1.1,1",
            ",link,glass,glass,,shop,0.3,1.2,1",
            ",link,agave,agave,,shop,0.2,2.3,2",
        ]
    );
    // Without upstreamness nodes stand where lengths put them: agave first.
    let first = figure.csv.lines().find(|row| row.contains(",agave,agave,0.0,"));
    assert!(first.is_some(), "{}", figure.csv);
    assert!(
        figure.alt.ends_with("Rounded lengths: 1 on 3 arrows, 2 on 1, more on 0."),
        "{}",
        figure.alt
    );
    let said = draw("apl_chain", &[four_nodes()], &[("threshold", "9")]).expect_err("too high");
    assert_eq!(said.to_string(), "has nothing to draw: no two nodes have a linkage of 9 or more");
    let said = draw("apl_chain", &[four_nodes()], &[("threshold", "-1")]).expect_err("negative");
    assert_eq!(said.to_string(), "`threshold` is `-1`; it must be `auto` or above 0");
    let said = draw("apl_chain", &[four_nodes()], &[("place", "upstreamness")]).expect_err("none");
    assert!(said.to_string().starts_with("needs `upstreamness` of every node drawn"));
}

#[test]
fn gvc_participation_is_that_of_the_method() {
    let figure = draw("gvc_participation", &[three_countries()], &[]).expect("drawn");
    let shares: Vec<(String, f64)> = figure
        .csv
        .lines()
        .skip(1)
        .map(|row| {
            let cells: Vec<&str> = row.split(',').collect();
            (format!("{} {}", cells[2], cells[3]), cells[5].parse().expect("a number"))
        })
        .collect();
    // C: (2.2 + 5) / 10; A: as published (0.3288523446); B: (24 + 4) / 100.
    let expected = [
        ("C backward", 0.22),
        ("C forward", 0.5),
        ("A backward", 0.149_082_917_2),
        ("A forward", 0.179_769_427_5),
        ("B backward", 0.24),
        ("B forward", 0.04),
    ];
    for ((name, share), (expected_name, expected)) in shares.iter().zip(expected) {
        assert_eq!(name, expected_name);
        assert!((share - expected).abs() < 1e-9, "{name}: {share}");
    }
    assert_eq!(figure.title, "Participation in value chains: 3 countries");
}

#[test]
fn gvc_terms_add_up_and_need_no_forward_participation() {
    let table = three_countries();
    let figure = draw("gvc_participation", &[table], &[("view", "terms"), ("top", "1")]);
    let figure = figure.expect("drawn");
    assert_eq!(figure.title, "Value in gross exports: the top 1 of 3 countries");
    let share = |row: &str| row.rsplit(',').next().and_then(|x| x.parse::<f64>().ok());
    let sum: f64 = figure.csv.lines().skip(1).filter_map(share).sum();
    assert!((sum - 1.0).abs() < 1e-12);
    assert_eq!(figure.csv.lines().count(), 10);
    let columns = vec![
        text("period", &[""]),
        text("country", &["A"]),
        text("term", &["dva_fin"]),
        numbers("value", Unit::Currency, &[1.0]),
    ];
    let table = Table::new(TableId::GvcDecomposition, columns);
    let said = draw("gvc_participation", &[table], &[]).expect_err("no vs1").to_string();
    assert_eq!(
        said,
        "needs term `vs1` in `gvc_decomposition`, for forward participation; `view=terms` does without"
    );
}

#[test]
fn flows_sankey_shows_the_largest_and_gathers_the_rest() {
    let figure = draw("flows_sankey", &[flows()], &[("top", "3")]).expect("drawn");
    assert_eq!(
        figure.csv,
        "period,source,target,source_label,target_label,flow\n\
         ,still,shop,still,shop,60.0\n\
         ,agave,still,agave,still,50.0\n\
         ,agave,glass,agave,glass,30.0\n\
         ,,shop,smaller flows,shop,10.0\n\
         ,,still,smaller flows,still,4.0\n"
    );
    assert_eq!(
        figure.alt.replace('\u{2009}', " "),
        "Sankey diagram of 3 of 6 flows between 4 nodes, from sellers at the left to buyers at the right; they are \
         91 % of all flow. The largest is still to shop with 60. The largest seller is agave, the largest buyer shop."
    );
    let figure =
        draw("flows_sankey", &[flows()], &[("top", "3"), ("rest", "hide")]).expect("drawn");
    assert_eq!(figure.csv.lines().count(), 4);
    assert!(figure.svg.replace('\u{2009}', " ").contains("Not drawn: 9 % of all."));
    let said = draw("flows_sankey", &[flows()], &[("by", "stage")]).expect_err("no stages");
    assert_eq!(said.to_string(), "needs column `source_stage` in `edge_metrics`");
}

#[test]
fn flows_sankey_adds_up_by_stage() {
    let columns = vec![
        text("period", &["", "", ""]),
        text("source", &["a", "b", "c"]),
        text("target", &["c", "c", "a"]),
        text("source_stage", &["grow", "grow", "make"]),
        text("target_stage", &["make", "make", "grow"]),
        numbers("weight", Unit::Currency, &[1.0, 2.0, 0.5]),
    ];
    let table = Table::new(TableId::EdgeMetrics, columns);
    let figure = draw("flows_sankey", &[table], &[("by", "stage")]).expect("drawn");
    assert_eq!(figure.title, "The 2 largest flows between 2 stages");
    assert_eq!(figure.csv.lines().nth(1), Some(",grow,make,grow,make,3.0"));
}

#[test]
fn key_sectors_over_time_say_who_became_key() {
    for view in ["paths", "panels"] {
        let figure = draw("key_sectors", &[three_periods()], &[("view", view)]).expect("drawn");
        assert_eq!(figure.title, "Key sectors: 1 of 3 nodes, 1995 to 2011");
        assert!(
            figure.alt.ends_with("Since 1995, 1 node became key, 0 ceased to be, 0 stayed."),
            "{}",
            figure.alt
        );
        assert_eq!(figure.csv.lines().count(), 10);
        assert_eq!(figure.csv.lines().nth(8), Some("2011,still,still,1.1,1.3,,key"));
    }
    let options = [("view", "paths"), ("period", "2003")];
    let figure = draw("key_sectors", &[three_periods()], &options).expect("drawn");
    assert_eq!(figure.title, "Key sectors: 0 of 3 nodes, 1995 to 2003");
    let options = [("view", "panels"), ("period", "1995")];
    let said = draw("key_sectors", &[three_periods()], &options).expect_err("one period");
    assert!(said.to_string().starts_with("`view` is `panels`, which needs nodes of two periods"));
}
