//! What is left of a set when all that can be spared is gone: delta debugging (Zeller and Hildebrandt
//! 2002), asked in batches so that many candidates are looked at in one run.
//!
//! ```text
//! a b c d e f g h    without the first half? the second? no
//! a b c d e f g h    without ab, cd, ef, gh? ab and gh can be spared, and so can both
//! c d e f            without c, d, e, f? d can be spared
//! c e f              nothing can: done
//! ```

/// Says of each candidate whether it passes.
pub type Passes<'a, E> = dyn FnMut(&[Vec<usize>]) -> Result<Vec<bool>, E> + 'a;

/// A subset of the numbers below `count` that passes and of which nothing can be spared: without any
/// one of them it would not. The whole is taken to pass.
pub fn shrink<E>(count: usize, passes: &mut Passes<'_, E>) -> Result<Vec<usize>, E> {
    let mut kept: Vec<usize> = (0..count).collect();
    let mut size = count.div_ceil(2);
    while size > 0 && !kept.is_empty() {
        let spared = spare(&kept, size, passes)?;
        match spared {
            Some(less) => {
                kept = less;
                size = size.min(kept.len().div_ceil(2));
            }
            None if size == 1 => break,
            None => size = size.div_ceil(2),
        }
    }
    Ok(kept)
}

/// A smaller set that passes: without all chunks that can be spared alone, or without the first.
fn spare<E>(
    kept: &[usize],
    size: usize,
    passes: &mut Passes<'_, E>,
) -> Result<Option<Vec<usize>>, E> {
    let chunks: Vec<&[usize]> = kept.chunks(size).collect();
    let without = |gone: &[&[usize]]| -> Vec<usize> {
        let stays = |item: &&usize| !gone.iter().any(|chunk| chunk.contains(item));
        kept.iter().filter(stays).copied().collect()
    };
    let candidates: Vec<Vec<usize>> = chunks.iter().map(|chunk| without(&[chunk])).collect();
    let alone = passes(&candidates)?;
    let mut gone: Vec<&[usize]> =
        chunks.iter().zip(&alone).filter(|(_, passes)| **passes).map(|(chunk, _)| *chunk).collect();
    while gone.len() > 1 {
        let together = without(&gone);
        if passes(std::slice::from_ref(&together))? == [true] {
            return Ok(Some(together));
        }
        gone.truncate(gone.len().div_ceil(2));
        if gone.len() == 1 {
            break;
        }
    }
    Ok(gone.first().map(|chunk| without(&[chunk])))
}

#[cfg(test)]
mod tests {
    use super::*;

    fn shrunk(count: usize, needs: &dyn Fn(&[usize]) -> bool) -> (Vec<usize>, usize) {
        let mut asked = 0;
        let mut passes = |candidates: &[Vec<usize>]| {
            asked += 1;
            Ok::<_, ()>(candidates.iter().map(|set| needs(set)).collect())
        };
        (shrink(count, &mut passes).unwrap(), asked)
    }

    #[test]
    fn what_is_needed_is_left() {
        let (left, asked) = shrunk(100, &|set| set.contains(&3) && set.contains(&70));
        assert_eq!(left, [3, 70]);
        assert!(asked < 30, "{asked}");
        assert!(shrunk(100, &|_| true).0.is_empty());
        assert_eq!(shrunk(3, &|set| set.len() == 3).0, [0, 1, 2]);
        assert!(shrunk(0, &|_| true).0.is_empty());
    }

    #[test]
    fn one_of_several_ways_is_left_whole() {
        let either = |set: &[usize]| {
            [[1, 2], [8, 9]].iter().any(|way| way.iter().all(|it| set.contains(it)))
        };
        let (left, _) = shrunk(10, &either);
        assert!(left == [1, 2] || left == [8, 9], "{left:?}");
    }
}
