//! Panics with a text.
use deepfix_guests::*;

guest!(cx => panic!("the dataset {:?} is not to my taste", cx.request().dataset_name));
