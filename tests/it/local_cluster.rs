//! local_cluster
