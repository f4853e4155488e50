//! Did you mean …?

/// Long names share long parts: with more slips than these another one is meant.
const MOST_SLIPS: usize = 3;

/// The one of `known` that `given` is most likely a slip of.
pub(crate) fn similar<'a, T: AsRef<str>>(given: &str, known: &'a [T]) -> Option<&'a str> {
    let given = given.to_lowercase();
    let length = given.chars().count();
    let slips = known.iter().map(AsRef::as_ref).filter_map(|word| {
        let letters = word.chars().count();
        let most = letters.div_ceil(3).min(MOST_SLIPS);
        // Words of too different a length need no comparison, which is slow on long text.
        let distance = (length.abs_diff(letters) <= most)
            .then(|| strsim::damerau_levenshtein(&given, &word.to_lowercase()))?;
        (distance <= most).then_some((distance, word))
    });
    slips.min_by_key(|(distance, _)| *distance).map(|(_, word)| word)
}
