//! Every check that deepchecks' suites run is known by name.
#![allow(missing_docs)]

use deepfix_views::checks::CheckKind;

/// Names and headers of deepchecks 0.19.1: what its suites for tables, images and texts run,
/// and the checks that are in none.
const KNOWN: [&str; 98] = [
    // Tables, train_test_validation
    "Datasets Size Comparison",
    "New Label Train Test",
    "New Category Train Test",
    "String Mismatch Comparison",
    "Date Train Test Leakage Duplicates",
    "Date Train-Test Leakage (duplicates)",
    "Date Train Test Leakage Overlap",
    "Date Train-Test Leakage (overlap)",
    "Index Train Test Leakage",
    "Index Train-Test Leakage",
    "Train Test Samples Mix",
    "Feature Label Correlation Change",
    "Feature Drift",
    "Label Drift",
    "Multivariate Drift",
    // data_integrity
    "Is Single Value",
    "Single Value in Column",
    "Special Characters",
    "Mixed Nulls",
    "Mixed Data Types",
    "String Mismatch",
    "Data Duplicates",
    "String Length Out Of Bounds",
    "Conflicting Labels",
    "Outlier Sample Detection",
    "Feature Label Correlation",
    "Feature Feature Correlation",
    "Feature-Feature Correlation",
    "Identifier Label Correlation",
    // model_evaluation and production
    "Train Test Performance",
    "Roc Report",
    "ROC Report",
    "Confusion Matrix Report",
    "Confusion Matrix",
    "Prediction Drift",
    "Simple Model Comparison",
    "Weak Segments Performance",
    "Calibration Score",
    "Calibration Metric",
    "Regression Error Distribution",
    "Unused Features",
    "Boosting Overfit",
    "Model Inference Time",
    "Single Dataset Performance",
    "Percent Of Nulls",
    "PercentOfNulls",
    // In no suite, and names of older versions
    "Class Imbalance",
    "Columns Info",
    "Model Info",
    "Multi Model Performance Report",
    "Performance Bias",
    "Regression Systematic Error",
    "Segment Performance",
    "Category Mismatch Train Test",
    "Train Test Feature Drift",
    "Train Test Label Drift",
    "Train Test Prediction Drift",
    "Whole Dataset Drift",
    // Images
    "New Labels",
    "Heatmap Comparison",
    "Image Dataset Drift",
    "Image Property Drift",
    "Property Label Correlation Change",
    "Property Label Correlation",
    "Image Property Outliers",
    "Label Property Outliers",
    "Class Performance",
    "Mean Average Precision Report",
    "Mean Average Recall Report",
    "Label Drift - Train Dataset",
    "Image Property Outliers - Test Dataset",
    "Label Property Outliers - Train Dataset",
    "Property Label Correlation - Train Dataset",
    "Confusion Matrix - Test Dataset",
    "Weak Segments Performance - Train Dataset",
    "Simple Model Comparison - Test Dataset",
    // Texts
    "Text Property Outliers",
    "Text Property Outliers - Train Dataset",
    "Unknown Tokens",
    "Unknown Tokens - Test Dataset",
    "Under Annotated Property Segments",
    "Under Annotated Meta Data Segments",
    "Under Annotated Property Segments - Train Dataset",
    "Property-Label Correlation",
    "Property-Label Correlation - Train Dataset",
    "Conflicting Labels - Train Dataset",
    "Text Duplicates",
    "Text Duplicates - Test Dataset",
    "Special Characters - Train Dataset",
    "Frequent Substrings",
    "Frequent Substrings - Test Dataset",
    "Property Drift",
    "Text Embeddings Drift",
    "Embeddings Drift",
    "Metadata Segments Performance",
    "Property Segments Performance",
    "Property Segments Performance - Train Dataset",
    "Metadata Segments Performance - Test Dataset",
];

#[test]
fn every_check_of_the_suites_is_known() {
    for name in KNOWN {
        let base = [" - Train Dataset", " - Test Dataset"]
            .into_iter()
            .find_map(|it| name.strip_suffix(it));
        assert_ne!(CheckKind::of(base.unwrap_or(name)), CheckKind::Unknown, "{name}");
    }
}
