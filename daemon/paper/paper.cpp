#include "daemon/paper/paper.hpp"
