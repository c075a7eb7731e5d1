"""Pictures of pupils and of those who fetch them: checked, stored, shown for a while."""
