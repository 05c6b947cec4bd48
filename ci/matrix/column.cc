#include "ci/matrix/column.h"

#include <string.h>

#include <algorithm>
#include <filesystem>
#include <map>
#include <nlohmann/json.hpp>

#include "ci/results/shards.h"
#include "helpers/base/file.h"

namespace dualpath::matrix {
namespace {

namespace fs = std::filesystem;
using nlohmann::json;

constexpr char kFile[] = "column.json";

/// Returns the directories of columns, sorted by name.
std::vector<fs::path> ColumnsIn(const std::string& directory) {
  std::vector<fs::path> columns;
  std::error_code ec;
  for (const auto& entry : fs::directory_iterator(directory, ec)) {
    if (fs::exists(entry.path() / kFile, ec)) columns.push_back(entry.path());
  }
  std::sort(columns.begin(), columns.end());
  return columns;
}

Result<Column> ReadColumn(const fs::path& directory) {
  const std::string file = (directory / kFile).string();
  DUALPATH_TRY(const std::string text, ReadFile(file));
  Column column;
  try {
    const json read = json::parse(text);
    read.at("versions").get_to(column.versions);
    read.at("error").get_to(column.error);
  } catch (const json::exception& error) {
    return Error::Because("read a column of the matrix", file, error.what());
  }
  column.name = directory.filename().string();
  column.run = results::ReadRun(directory.string(), "");
  return column;
}

std::string KernelOf(const Column& column) {
  return column.versions.empty() ? "" : column.versions.front().second;
}

Error NoColumns(const std::string& directory) {
  return Error::Because("read the matrix", directory,
                        "no columns in it; name the directory of `dualpath matrix --results`");
}

/// Merges the parts of one column.
Status MergeColumn(const std::vector<fs::path>& parts, const std::string& merged) {
  std::vector<std::string> with_results;
  Column column;
  for (const fs::path& part : parts) {
    DUALPATH_TRY(Column read, ReadColumn(part));
    if (!read.run.cases.empty()) with_results.push_back(part.string());
    if (column.versions.empty()) column.versions = std::move(read.versions);
    if (column.error.empty()) column.error = std::move(read.error);
  }
  if (!with_results.empty()) DUALPATH_TRY_STATUS(results::MergeShards(with_results, merged));
  column.name = fs::path(merged).filename().string();
  return WriteColumn(fs::path(merged).parent_path().string(), column);
}

}  // namespace

Status WriteColumn(const std::string& directory, const Column& column) {
  return WriteFileAtomically(
      directory + "/" + column.name + "/" + kFile,
      json{{"versions", column.versions}, {"error", column.error}}.dump(2) + "\n");
}

Result<std::vector<Column>> ReadColumns(const std::string& directory,
                                        const std::vector<std::string>& names) {
  std::vector<Column> columns;
  for (const fs::path& each : ColumnsIn(directory)) {
    DUALPATH_TRY(Column column, ReadColumn(each));
    columns.push_back(std::move(column));
  }
  if (columns.empty()) return NoColumns(directory);
  const auto rank = [&](const Column& column) {
    return std::find(names.begin(), names.end(), column.name) - names.begin();
  };
  std::stable_sort(columns.begin(), columns.end(), [&](const Column& a, const Column& b) {
    if (rank(a) != rank(b)) return rank(a) < rank(b);
    return ::strverscmp(KernelOf(a).c_str(), KernelOf(b).c_str()) < 0;
  });
  return columns;
}

Status MergeMatrices(const std::vector<std::string>& shards, const std::string& directory) {
  std::error_code ec;
  if (fs::exists(directory, ec)) {
    return Error::Because("merge the shards", directory, "exists already; name a new directory");
  }
  std::map<std::string, std::vector<fs::path>> parts;
  for (const std::string& shard : shards) {
    const std::vector<fs::path> columns = ColumnsIn(shard);
    if (columns.empty()) return NoColumns(shard);
    for (const fs::path& column : columns) parts[column.filename().string()].push_back(column);
  }
  for (const auto& [name, of_column] : parts) {
    Status merged = MergeColumn(of_column, directory + "/" + name);
    if (merged.ok()) continue;
    fs::remove_all(directory, ec);
    return merged;
  }
  return Ok{};
}

}  // namespace dualpath::matrix
