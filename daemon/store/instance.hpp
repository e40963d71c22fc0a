#pragma once
// One instance on a store: leases are named after it, so two would take each other's deliveries for their own.
#include <filesystem>

namespace paperboy::store {

// Whoever delivers from a store holds one. Verbs that read or administrate need none. The kernel ends it with the
// process, however that ends; the file DATABASE.lock stays and means nothing by itself.
class Instance {
 public:
  // Throws StoreError that names the other process if one has it; creates the file (mode 0600) beside the database.
  explicit Instance(const std::filesystem::path& database);
  ~Instance();
  Instance(const Instance&) = delete;

 private:
  int file_ = -1;
};

}  // namespace paperboy::store
