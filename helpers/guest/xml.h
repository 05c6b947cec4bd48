#pragma once

#include <boost/property_tree/ptree_fwd.hpp>
#include <string>
#include <utility>
#include <vector>

namespace dualpath::guest {

/// Appends an element to `parent` and returns it.
boost::property_tree::ptree& AddElement(
    boost::property_tree::ptree& parent, const std::string& name,
    const std::vector<std::pair<std::string, std::string>>& attributes,
    const std::string& text = "");

/// Renders the tree as an XML document.
std::string ToXml(const boost::property_tree::ptree& tree);

}  // namespace dualpath::guest
