//! What to do with records that are not as they should be. Every choice is recorded in `run.json`.

use std::collections::BTreeMap;

/// What to do with a repeated seller-buyer pair (`--dup`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum DuplicateRule {
    /// Add the flows and warn (W0408).
    #[default]
    Sum,
    /// Keep the first record.
    First,
    /// Keep the largest flow.
    Max,
    /// Refuse the file (E0409).
    Error,
}

/// What to do with a negative flow (`--negative`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NegativeRule {
    /// Refuse the file (E0407).
    #[default]
    Error,
    /// Leave the row out.
    Drop,
    /// Take the amount without its sign.
    Abs,
    /// Turn the edge round.
    Reverse,
}

/// What to do with a flow of zero (`--zero`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum ZeroRule {
    /// Leave the row out and count it (W0409).
    #[default]
    Drop,
    /// Keep the edge.
    Keep,
}

/// What to do with an empty weight (`--missing-weight`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum MissingWeightRule {
    /// Refuse the file (E0303).
    #[default]
    Error,
    /// Take 0.
    Zero,
    /// Take 1.
    One,
    /// Leave the row out.
    Drop,
}

/// What to do with a row of too few or too many fields (`--ragged`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum RaggedRule {
    /// Refuse the file (E0205).
    #[default]
    Error,
    /// Leave the row out.
    Drop,
    /// Take missing fields as empty, leave out those too many.
    Fill,
}

/// What to do with an endpoint that the node file does not name (`--unknown`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum UnknownNodeRule {
    /// Refuse the file (E0403).
    #[default]
    Error,
    /// Add a node without attributes.
    Add,
    /// Leave the row out.
    Drop,
}

/// What to do with two node rows of one id that differ.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum NodeConflictRule {
    /// Refuse the file (E0402).
    #[default]
    Error,
    /// Keep the first row.
    First,
}

/// What to do with an empty cell of an input-output table (`--empty-cell`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum EmptyCellRule {
    /// Refuse the table (E0508).
    #[default]
    Error,
    /// Take 0.
    Zero,
}

/// What is assumed where a make table and a use table become one table (`--sut-model`); the letters are those of the
/// Eurostat manual (2008), ch. 11.
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum SutModel {
    /// A, product by product: a product is made the same way by whoever makes it.
    ProductTechnology,
    /// B, product by product: an industry makes all its products the same way.
    IndustryTechnology,
    /// C, industry by industry: an industry sells all its products to the same users.
    FixedIndustrySales,
    /// D, industry by industry: a product is sold to the same users by whoever makes it.
    #[default]
    FixedProductSales,
}

/// How a text file encodes its characters (`--encoding`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum Encoding {
    /// UTF-8; a byte-order mark is obeyed, anything else refused.
    #[default]
    Auto,
    /// UTF-8.
    Utf8,
    /// UTF-16, little end first.
    Utf16Le,
    /// UTF-16, big end first.
    Utf16Be,
    /// Windows-1252, of which Latin-1 is a part.
    Windows1252,
}

/// How a text file ends its lines (`--line-ends`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum LineEnds {
    /// LF or CR LF; CR alone is refused (E0211).
    #[default]
    Auto,
    /// CR alone, as old Macs and some exports write.
    Cr,
}

/// What a file is, when its content is not to decide (`--input-format`).
#[derive(Clone, Copy, Debug, Default, PartialEq, Eq)]
pub enum FileFormat {
    /// By content, then by name.
    #[default]
    Auto,
    /// Delimited text.
    Csv,
    /// Parquet.
    Parquet,
    /// Arrow IPC file.
    Arrow,
    /// Excel workbook.
    Xlsx,
    /// A folder of pymrio.
    Pymrio,
}

/// Every choice about reading, with the defaults of `palenque`.
#[derive(Clone, Debug, PartialEq)]
#[expect(clippy::struct_excessive_bools, reason = "each is a flag of the command line")]
pub struct Policy {
    /// Repeated pairs.
    pub duplicates: DuplicateRule,
    /// Negative flows.
    pub negative: NegativeRule,
    /// Flows of zero.
    pub zero: ZeroRule,
    /// Empty weights.
    pub missing_weight: MissingWeightRule,
    /// Rows of the wrong length.
    pub ragged: RaggedRule,
    /// Endpoints that are not nodes.
    pub unknown_nodes: UnknownNodeRule,
    /// Node rows that contradict each other.
    pub node_conflict: NodeConflictRule,
    /// Take white space off the ends of ids and values (`--trim`).
    pub trim: bool,
    /// Bring ids to Unicode form NFC (`--normalize nfc`).
    pub normalize_nfc: bool,
    /// Empty cells of an input-output table.
    pub empty_cell: EmptyCellRule,
    /// How far the two sides of an input-output table may be apart, as a share of a sector's output
    /// (`--balance-tol`).
    pub balance_tolerance: f64,
    /// How a make table and a use table become one.
    pub sut_model: SutModel,
    /// What stands between region and sector in the labels of an input-output table, such as `_` in `MEX_C15`
    /// (`--region-mark`); without one, labels are not taken apart.
    pub region_mark: Option<char>,
    /// Character encoding.
    pub encoding: Encoding,
    /// Line ends.
    pub line_ends: LineEnds,
    /// File format.
    pub format: FileFormat,
    /// Field delimiter; `None` detects it.
    pub delimiter: Option<u8>,
    /// Whether numbers have a decimal comma.
    pub decimal_comma: bool,
    /// Thousands separator in numbers.
    pub thousands: Option<char>,
    /// Escape character before quotes, beside doubling.
    pub escape: Option<u8>,
    /// Lines to pass over before the header.
    pub skip_rows: u64,
    /// Lines that begin with this are passed over.
    pub comment: Option<u8>,
    /// Whether the first line names the columns; without, they are source, target, weight.
    pub header: bool,
    /// Which column of the file is which: palenque's name (`source`, `target`, `weight`, `period`, `id`, `role`,
    /// `stage` …) to the file's (`--source-col`, `--target-col`, `--weight-col`, `--map NAME=COLUMN`).
    pub columns: BTreeMap<String, String>,
    /// Only rows whose column has this value are used (`--where COLUMN=VALUE`); the others are counted as filtered.
    pub only: Vec<(String, String)>,
    /// The file's arrows follow payments: buyer first (`--money-flow`).
    pub money_flow: bool,
    /// How many bad rows may be left out before the file is refused all the same.
    pub max_bad: Option<u64>,
    /// The longest field, in bytes.
    pub max_field_bytes: usize,
    /// The most memory that a decompressed file may take.
    pub max_memory: u64,
    /// Which member of an archive to read (`--member`).
    pub member: Option<String>,
    /// Which graph of a file of several to read (`--graph-id`).
    pub graph_id: Option<String>,
    /// Which sheet of a workbook to read (`--sheet`); the first one by default.
    pub sheet: Option<String>,
    /// How many threads parse.
    pub threads: usize,
    /// The program that is started as `PROGRAM __read FORMAT` to decode Parquet and Arrow files under a memory
    /// limit; without one they are decoded in this process.
    pub reading_child: Option<std::path::PathBuf>,
}

impl Default for Policy {
    fn default() -> Self {
        Self {
            duplicates: DuplicateRule::default(),
            negative: NegativeRule::default(),
            zero: ZeroRule::default(),
            missing_weight: MissingWeightRule::default(),
            ragged: RaggedRule::default(),
            unknown_nodes: UnknownNodeRule::default(),
            node_conflict: NodeConflictRule::default(),
            trim: false,
            normalize_nfc: false,
            empty_cell: EmptyCellRule::default(),
            balance_tolerance: 0.01,
            sut_model: SutModel::default(),
            region_mark: None,
            encoding: Encoding::default(),
            line_ends: LineEnds::default(),
            format: FileFormat::default(),
            delimiter: None,
            decimal_comma: false,
            thousands: None,
            escape: None,
            skip_rows: 0,
            comment: None,
            header: true,
            columns: BTreeMap::new(),
            only: Vec::new(),
            money_flow: false,
            max_bad: None,
            max_field_bytes: 1_000_000,
            max_memory: 8 << 30,
            member: None,
            graph_id: None,
            sheet: None,
            threads: 1,
            reading_child: None,
        }
    }
}
