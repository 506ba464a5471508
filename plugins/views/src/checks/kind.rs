use crate::dataset::Which;

macro_rules! kinds {
    ($($kind:ident: $($name:literal)|+;)+) => {
        /// A check by its name, whatever its spelling.
        #[derive(Debug, Clone, Copy, PartialEq, Eq, Hash)]
        #[allow(missing_docs, reason = "the names are those of the checks")]
        pub enum CheckKind {
            $($kind,)+
            Unknown,
        }

        impl CheckKind {
            /// The check of that name. Case, hyphens and blanks do not count.
            #[must_use]
            pub fn of(name: &str) -> Self {
                let plain: String =
                    name.chars().filter(char::is_ascii_alphanumeric).map(|it| it.to_ascii_lowercase()).collect();
                match plain.as_str() {
                    $($($name)|+ => Self::$kind,)+
                    _ => Self::Unknown,
                }
            }
        }
    };
}

kinds! {
    // Tables: train_test_validation
    SizeComparison: "datasetssizecomparison" | "datasetsizecomparison";
    NewLabel: "newlabeltraintest" | "newlabels" | "newlabel";
    NewCategory: "newcategorytraintest" | "categorymismatchtraintest" | "newcategory";
    StringMismatchComparison: "stringmismatchcomparison";
    DateLeakageDuplicates: "datetraintestleakageduplicates";
    DateLeakageOverlap: "datetraintestleakageoverlap";
    IndexLeakage: "indextraintestleakage" | "indexleakage";
    SamplesMix: "traintestsamplesmix";
    LabelCorrelationChange: "featurelabelcorrelationchange";
    FeatureDrift: "featuredrift" | "traintestfeaturedrift";
    LabelDrift: "labeldrift" | "traintestlabeldrift";
    MultivariateDrift: "multivariatedrift" | "wholedatasetdrift";
    // Tables: data_integrity
    SingleValue: "singlevalueincolumn" | "issinglevalue";
    SpecialCharacters: "specialcharacters";
    MixedNulls: "mixednulls";
    PercentOfNulls: "percentofnulls";
    MixedTypes: "mixeddatatypes";
    StringMismatch: "stringmismatch";
    Duplicates: "dataduplicates" | "textduplicates";
    StringLength: "stringlengthoutofbounds";
    ConflictingLabels: "conflictinglabels";
    OutlierSamples: "outliersampledetection";
    LabelCorrelation: "featurelabelcorrelation";
    FeatureCorrelation: "featurefeaturecorrelation";
    IdentifierCorrelation: "identifierlabelcorrelation";
    ClassImbalance: "classimbalance";
    // Tables: model_evaluation
    Performance: "traintestperformance" | "performancereport";
    Roc: "rocreport";
    Confusion: "confusionmatrixreport" | "confusionmatrix";
    PredictionDrift: "predictiondrift" | "traintestpredictiondrift";
    SimpleModel: "simplemodelcomparison";
    WeakSegments: "weaksegmentsperformance";
    Calibration: "calibrationscore" | "calibrationmetric";
    ErrorDistribution: "regressionerrordistribution";
    UnusedFeatures: "unusedfeatures";
    BoostingOverfit: "boostingoverfit";
    InferenceTime: "modelinferencetime";
    SinglePerformance: "singledatasetperformance";
    SystematicError: "regressionsystematicerror";
    SegmentPerformance: "segmentperformance" | "performancebias";
    SeveralModels: "multimodelperformancereport";
    ModelInfo: "modelinfo";
    ColumnsInfo: "columnsinfo";
    // Images
    ImagePropertyDrift: "imagepropertydrift";
    ImageDatasetDrift: "imagedatasetdrift";
    PropertyCorrelationChange: "propertylabelcorrelationchange" | "featurelabelcorrelationchangeimage";
    PropertyCorrelation: "propertylabelcorrelation";
    Heatmap: "heatmapcomparison";
    ImageOutliers: "imagepropertyoutliers";
    LabelOutliers: "labelpropertyoutliers";
    ClassPerformance: "classperformance";
    MeanPrecision: "meanaverageprecisionreport";
    MeanRecall: "meanaveragerecallreport";

    SimilarImageLeakage: "similarimageleakage";
    // Texts
    TextOutliers: "textpropertyoutliers";
    UnknownTokens: "unknowntokens";
    UnderAnnotatedProperties: "underannotatedpropertysegments";
    UnderAnnotatedMetadata: "underannotatedmetadatasegments";
    FrequentSubstrings: "frequentsubstrings";
    PropertyDrift: "propertydrift" | "textpropertydrift";
    EmbeddingsDrift: "textembeddingsdrift" | "embeddingsdrift";
    MetadataSegments: "metadatasegmentsperformance";
    PropertySegments: "propertysegmentsperformance";
}

impl CheckKind {
    /// Whether the check compares the two splits, so that it has no split of its own.
    #[must_use]
    pub fn compares_splits(self) -> bool {
        use CheckKind::*;
        matches!(
            self,
            SizeComparison
                | NewLabel
                | NewCategory
                | StringMismatchComparison
                | DateLeakageDuplicates
                | DateLeakageOverlap
                | IndexLeakage
                | SamplesMix
                | LabelCorrelationChange
                | FeatureDrift
                | LabelDrift
                | MultivariateDrift
                | Performance
                | PredictionDrift
                | SimpleModel
                | BoostingOverfit
                | ImagePropertyDrift
                | ImageDatasetDrift
                | PropertyCorrelationChange
                | Heatmap
                | ClassPerformance
                | PropertyDrift
                | EmbeddingsDrift
                | SimilarImageLeakage
        )
    }

    /// Whether the check belongs to a trained model.
    #[must_use]
    pub fn needs_model(self) -> bool {
        use CheckKind::*;
        matches!(
            self,
            Performance
                | Roc
                | Confusion
                | PredictionDrift
                | SimpleModel
                | WeakSegments
                | Calibration
                | ErrorDistribution
                | UnusedFeatures
                | BoostingOverfit
                | InferenceTime
                | SinglePerformance
                | SystematicError
                | SegmentPerformance
                | SeveralModels
                | ModelInfo
                | ClassPerformance
                | MeanPrecision
                | MeanRecall
                | MetadataSegments
                | PropertySegments
        )
    }
}

/// The header without ` - Train Dataset` or ` - Test Dataset`, and the split it names.
pub(super) fn split_header(header: &str) -> (&str, Option<Which>) {
    for (suffix, which) in [(" - Train Dataset", Which::Train), (" - Test Dataset", Which::Test)] {
        let at = header.len().saturating_sub(suffix.len());
        if let (Some(base), Some(tail)) = (header.get(..at), header.get(at..))
            && tail.eq_ignore_ascii_case(suffix)
        {
            return (base, Some(which));
        }
    }
    (header, None)
}

#[cfg(test)]
mod tests {
    use super::*;

    #[test]
    fn the_spelling_of_a_name_does_not_matter() {
        for name in ["Single Value in Column", "Is Single Value", "is-single-value"] {
            assert_eq!(CheckKind::of(name), CheckKind::SingleValue);
        }
        assert_eq!(
            CheckKind::of("Feature-Feature Correlation"),
            CheckKind::FeatureCorrelation
        );
        assert_eq!(CheckKind::of("ROC Report"), CheckKind::of("Roc Report"));
        assert_eq!(CheckKind::of("Something New"), CheckKind::Unknown);
    }

    #[test]
    fn the_split_is_in_the_header() {
        assert_eq!(
            split_header("Mixed Nulls - Test Dataset"),
            ("Mixed Nulls", Some(Which::Test))
        );
        assert_eq!(split_header("Label Drift"), ("Label Drift", None));
    }
}
