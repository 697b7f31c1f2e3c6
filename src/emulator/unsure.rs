//! What AWS leaves open, as settings: each with the answer that the embedded pair gives by default.

use std::fmt;

/// Declares a setting with its values, the default first.
macro_rules! settings {
    ($($(#[doc = $doc:literal])+ $field:ident: $name:ident = $word:literal {
        $($(#[$value_meta:meta])+ $value:ident = $value_word:literal),+ $(,)?
    })*) => {
        $(
            $(#[doc = $doc])+
            #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
            #[non_exhaustive]
            pub enum $name {
                $($(#[$value_meta])+ $value),+
            }

            impl $name {
                /// Every value with its word, the default first.
                const ALL: &'static [(Self, &'static str)] = &[$((Self::$value, $value_word)),+];
            }
        )*

        /// What the embedded pair does where AWS's pages are silent, or contradict each other.
        #[derive(Debug, Clone, Copy, Default, PartialEq, Eq)]
        #[non_exhaustive]
        pub struct Unsure {
            $($(#[doc = $doc])+ pub $field: $name),*
        }

        impl Unsure {
            /// Every setting as `name=value`, the default first among those of a name.
            #[must_use]
            pub fn all() -> Vec<String> {
                let mut all = Vec::new();
                $(all.extend($name::ALL.iter().map(|(_, value)| format!("{}={value}", $word)));)*
                all
            }

            /// Sets one, written as `name=value`.
            ///
            /// # Errors
            /// One line that names what there is.
            pub fn set(&mut self, text: &str) -> Result<(), String> {
                $(for (value, word) in $name::ALL {
                    if text == format!("{}={word}", $word) {
                        self.$field = *value;
                        return Ok(());
                    }
                })*
                let all = Self::all().join(", ");
                Err(format!("no such setting: {text:?}; there are {all}"))
            }
        }

        impl fmt::Display for Unsure {
            fn fmt(&self, f: &mut fmt::Formatter<'_>) -> fmt::Result {
                let mut words = Vec::new();
                $(for (value, word) in $name::ALL {
                    if *value == self.$field {
                        words.push(format!("{}={word}", $word));
                    }
                })*
                f.write_str(&words.join(" "))
            }
        }
    };
}

settings! {
    /// What becomes of a tagged object whose tags the role may not read. AWS's pages contradict each
    /// other (R-IAM-04).
    tags_unread: TagsUnread = "tags-unread" {
        /// It travels without them, as the page on permissions says.
        #[default]
        StayBehind = "stay-behind",
        /// It fails with `SrcGetTaggingNotPermitted`, which the list of failure reasons has.
        Fails = "fails",
    }
    /// When the source shows a status (R-STATUS-05).
    first_status: FirstStatus = "first-status" {
        /// PENDING as soon as the write is acknowledged.
        #[default]
        WithTheWrite = "with-the-write",
        /// Only once the first destination has answered.
        Later = "later",
    }
    /// When one of several destinations has refused, the others not having answered yet
    /// (R-STATUS-07).
    failed: FailedWhen = "failed" {
        /// FAILED at once.
        #[default]
        AtOnce = "at-once",
        /// FAILED once all have answered.
        WithTheLast = "with-the-last",
    }
    /// What a later change of the tags does to the source's status (R-STATUS-14).
    later_tags: LaterTags = "later-tags" {
        /// Nothing.
        #[default]
        KeepStatus = "keep-status",
        /// PENDING until every replica has them, or FAILED.
        Pending = "pending",
    }
    /// Which of the two words of S3's model is said of a version whose replicas are all in place
    /// (R-STATUS-04).
    completed: CompletedWord = "completed" {
        /// COMPLETED, as in the user guide.
        #[default]
        Completed = "completed",
        /// COMPLETE.
        Complete = "complete",
    }
    /// Which version ID a delete marker has at the destination (R-DEL-05).
    marker_id: MarkerId = "marker-id" {
        /// The source's.
        #[default]
        Kept = "kept",
        /// One of its own.
        New = "new",
    }
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn every_setting_can_be_set_and_is_shown() {
        for text in Unsure::all() {
            let mut unsure = Unsure::default();
            unsure.set(&text).unwrap();
            assert!(
                unsure.to_string().split(' ').any(|shown| shown == text),
                "{text}: {unsure}"
            );
        }
    }

    #[test]
    fn the_first_value_is_the_default() {
        let shown = Unsure::default().to_string();
        let wanted = "tags-unread=stay-behind first-status=with-the-write failed=at-once \
                      later-tags=keep-status completed=completed marker-id=kept";
        assert_eq!(shown, wanted);
    }

    #[test]
    fn what_there_is_not_is_refused_with_what_there_is() {
        let refused = Unsure::default().set("failed=never").unwrap_err();
        assert!(refused.contains("\"failed=never\"") && refused.contains("failed=with-the-last"));
    }
}
