select core.fold_counts();
\sleep 1 ms
