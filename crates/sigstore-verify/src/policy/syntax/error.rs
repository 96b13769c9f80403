/// Why text is no expression of RE2.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[error("at byte {at}: {kind}")]
#[non_exhaustive]
pub struct SyntaxError {
    /// 0-based place in the expression.
    pub at: usize,
    /// What is wrong there.
    pub kind: SyntaxErrorKind,
}

/// What is wrong with an expression.
#[derive(Clone, Copy, Debug, PartialEq, Eq, thiserror::Error)]
#[non_exhaustive]
pub enum SyntaxErrorKind {
    /// A `)` is missing.
    #[error("missing closing )")]
    MissingParenthesis,
    /// A `)` without its `(`.
    #[error("unexpected )")]
    UnexpectedParenthesis,
    /// A `]` is missing.
    #[error("missing closing ]")]
    MissingBracket,
    /// A range that ends before it begins, or a class that is not known.
    #[error("invalid character class")]
    CharacterClass,
    /// An escape that RE2 does not have, such as a back reference.
    #[error("invalid escape sequence")]
    Escape,
    /// A `\` at the end.
    #[error("trailing backslash")]
    TrailingBackslash,
    /// A group that RE2 does not have, such as a look-ahead.
    #[error("invalid or unsupported group syntax")]
    Group,
    /// A name of a group with other characters than letters, digits and `_`.
    #[error("invalid group name")]
    GroupName,
    /// There is nothing before the repetition.
    #[error("nothing to repeat")]
    NothingToRepeat,
    /// A repetition of a repetition, such as `a**`.
    #[error("invalid nested repetition")]
    NestedRepeat,
    /// A count above 1000, also of counts inside each other, or reversed counts.
    #[error("invalid repeat count")]
    RepeatCount,
    /// Groups inside each other deeper than allowed.
    #[error("nested too deeply")]
    TooDeep,
}
